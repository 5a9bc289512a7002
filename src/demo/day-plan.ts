import type { Chance } from './chance.js';
import type { DemoMessage, Material, Person } from './material.js';
import { DAY_MS, HOUR_MS, localTime } from './world-watch.js';

/** One message of one day, as it will be sent. */
export interface PlannedMessage {
  /** Unique in the demo's life; a part of the message's external id. */
  key: string;
  message: DemoMessage;
  author: Person;
  text: string;
  /** World instant, epoch ms. */
  at: number;
}

/**
 * How many of a working day's messages come in each hour, and of a weekend day's: people write in the breakfast hour,
 * at noon, and most in the evening. Ours, shaped after what public desks tell of their day.
 */
const WORKDAY = [1, 1, 0, 0, 0, 1, 3, 6, 8, 9, 8, 7, 8, 7, 6, 6, 7, 8, 9, 9, 8, 6, 4, 2] as const;
const WEEKEND = [2, 1, 1, 0, 0, 0, 1, 2, 4, 6, 8, 8, 8, 7, 6, 6, 6, 6, 7, 7, 6, 5, 4, 3] as const;
/** A weekend day has this share of a working day's messages. */
const WEEKEND_SHARE = 0.55;
/** Near-duplicates of an incident follow its first message within this time. */
const INCIDENT_SPREAD_MS = 1.5 * HOUR_MS;
/** What was written before the demo began is taken in within this time. */
const BACKLOG_MS = 12 * 60_000;

export interface DayPlanInput {
  material: Pick<Material, 'messages' | 'people' | 'places'>;
  chance: Chance;
  /** 0 is the day on which the demo begins. */
  day: number;
  /** Any instant of that day. Messages of its earlier hours wait for this one. */
  from: number;
  /** Messages of a working day. */
  perDay: number;
}

/** The messages of one day, in the order of time. The same chance gives the same day. */
export function planDay(input: DayPlanInput): PlannedMessage[] {
  const { material, day, from } = input;
  const chance = input.chance.fork(`day/${day}`);
  const { weekday, midnight } = localTime(from);
  const isWeekend = weekday === 0 || weekday === 6;
  const hours = isWeekend ? WEEKEND : WORKDAY;
  const count = Math.round(input.perDay * (isWeekend ? WEEKEND_SHARE : 1));
  const weights = Object.fromEntries(hours.map((weight, hour) => [String(hour), weight]));
  const planned: PlannedMessage[] = [];
  const instant = (): number =>
    midnight + (Number(chance.weighted(weights)) + chance.next()) * HOUR_MS;
  const place = (at: number, id: string): number =>
    at < from ? from + chance.fork(`backlog/${id}`).next() * BACKLOG_MS : at;
  for (let round = 0; planned.length < count; round += 1) {
    for (const bundle of chance.shuffled(bundlesOf(material.messages))) {
      if (planned.length >= count) {
        break;
      }
      const first = place(instant(), bundle[0]!.id);
      const address = addressFor(material, chance);
      bundle.forEach((message, index) => {
        const at = index === 0 ? first : first + chance.next() * INCIDENT_SPREAD_MS;
        planned.push({
          key: `${day}-${round}-${message.id}`,
          message,
          author: authorOf(material.people, message, day + round),
          text: message.text
            .replaceAll('{street}', address.street)
            .replaceAll('{house}', String(address.house)),
          at: Math.floor(Math.min(at, midnight + DAY_MS - 1)),
        });
      });
    }
  }
  return planned.sort((a, b) => a.at - b.at);
}

/** Messages of one incident stay together; every other one is by itself. */
function bundlesOf(messages: DemoMessage[]): DemoMessage[][] {
  const bundles = new Map<string, DemoMessage[]>();
  for (const message of messages) {
    const name = message.incident === undefined ? message.id : `incident ${message.incident}`;
    bundles.set(name, [...(bundles.get(name) ?? []), message]);
  }
  return [...bundles.values()];
}

function addressFor({ places }: Pick<Material, 'places'>, chance: Chance) {
  return {
    street: chance.pick(places.streets),
    house: 1 + Math.floor(chance.next() * places.housesMax),
  };
}

/** The author of the file on the first day; on later ones another, since the same person again would be a repeat. */
function authorOf(people: Person[], message: DemoMessage, day: number): Person {
  const own = people.findIndex(({ id }) => id === message.author);
  return people[(Math.max(own, 0) + day * 7) % people.length]!;
}
