import type { Chance } from './chance.js';
import type { DemoMessage } from './material.js';
import { messageBehind, repeat, type Stage } from './stage.js';
import { DESK_HOURS, localTime } from './world-watch.js';

const MINUTE_MS = 60_000;

/** Two operators take the queue from the top; each needs some minutes for a message. World time. */
const OPERATORS = 2;
const SORT_MS = 13 * MINUTE_MS;
/** So many more in the queue make them twice as quick: colleagues help out. */
const HELP_FROM = 12;
const ROUND_MS = 25 * MINUTE_MS;
/** Share of sorted messages that an operator gives the second-best topic by mistake. */
const ERRS = 0.05;
/** Share of near-duplicates that an operator sees and merges. */
const MERGES = 0.75;
const ESCALATES = 0.15;
const SEEN_MAX = 100;
const TASKS_A_ROUND = 8;
/** Where what nobody else answers goes. */
const DESK_AGENCY = 'cur';

interface Item {
  id: string;
  status: string;
  level: number;
  overdue: boolean;
}

interface Detail extends Item {
  suggestions: { topic: string }[];
  agency: object | null;
}

/** The operators of the management centre: they sort what triage was not sure of, merge, escalate and clear tasks. */
export class Operators {
  readonly #inHand = new Set<string>();
  readonly #compared = new Set<string>();
  #queueLength = 0;

  constructor(private readonly stage: Stage) {}

  open(): void {
    const { stage } = this;
    for (let operator = 0; operator < OPERATORS; operator += 1) {
      const pause = () =>
        (SORT_MS * stage.chance.between(0.6, 1.5)) / (1 + this.#queueLength / HELP_FROM);
      repeat(stage, stage.watch.now() + pause(), pause, () => this.#sortOne());
    }
    const pause = () => ROUND_MS * stage.chance.between(0.8, 1.2);
    repeat(stage, stage.watch.now() + ROUND_MS, pause, () => this.#round());
  }

  #isAtWork(): boolean {
    const { hour } = localTime(this.stage.watch.now());
    return hour >= DESK_HOURS.from && hour < DESK_HOURS.to;
  }

  async #sortOne(): Promise<void> {
    if (!this.#isAtWork()) {
      return;
    }
    const { api, cast } = this.stage;
    const path = '/complaints?status=triage&sort=receivedAt';
    const queue = await api.list<Item>(cast.operator, path, SEEN_MAX);
    this.#queueLength = queue.length;
    // What has climbed comes first, then who has waited longest.
    const next = queue
      .filter(({ id }) => !this.#inHand.has(id))
      .sort((a, b) => b.level - a.level)[0];
    if (next === undefined) {
      return;
    }
    this.#inHand.add(next.id);
    try {
      await this.#sort(next.id);
    } finally {
      this.#inHand.delete(next.id);
    }
  }

  async #sort(id: string): Promise<void> {
    const { api, cast, chance } = this.stage;
    const path = `/complaints/${id}`;
    const { ok, body, etag } = await api.get<Detail>(cast.operator, path);
    if (!ok || body.status !== 'triage') {
      return;
    }
    const message = messageBehind(this.stage, id);
    if (message?.spam) {
      await api.post(cast.operator, `${path}/reject`, { code: 'spam' }, etag);
      return;
    }
    const topic = this.#topicFor(chance.fork(`sort/${id}`), message, body);
    if (topic === undefined) {
      await api.post(cast.operator, `${path}/reject`, { code: 'no_facts' }, etag);
      return;
    }
    const kind = message && { kind: message.kind };
    const sorted = await api.post<Detail>(
      cast.operator,
      `${path}/classify`,
      { topic, ...kind },
      etag,
    );
    if (sorted.ok && sorted.body.status === 'triage') {
      // The rules know no agency without a place: the operator has asked where it is.
      const agency = message?.place === undefined ? DESK_AGENCY : `adm-${message.place}`;
      await api.post(cast.operator, `${path}/assign`, { agency }, sorted.etag);
    }
  }

  #topicFor(chance: Chance, message: DemoMessage | undefined, seen: Detail): string | undefined {
    const other = seen.suggestions.find(({ topic }) => topic !== message?.topic)?.topic;
    return chance.is(ERRS) && other ? other : (message?.topic ?? other);
  }

  /** What an operator does between two messages. */
  async #round(): Promise<void> {
    if (this.#isAtWork()) {
      await this.#mergeDuplicates();
      await this.#escalateHot();
      await this.#clearTasks();
    }
  }

  /** Near-duplicates of one incident are closed into its first open complaint. */
  async #mergeDuplicates(): Promise<void> {
    const { api, cast, chance } = this.stage;
    const path = '/complaints?status=triage,assigned,in_progress&sort=-receivedAt';
    const open = (await api.list<Item>(cast.operator, path, SEEN_MAX)).reverse();
    const firstOf = new Map<string, string>();
    for (const { id } of open) {
      const incident = this.#incidentOf(id);
      const first = incident && firstOf.get(incident);
      if (incident && first === undefined) {
        firstOf.set(incident, id);
      } else if (first !== undefined && !this.#compared.has(id)) {
        this.#compared.add(id);
        if (chance.fork(`merge/${id}`).is(MERGES)) {
          await api.post(cast.operator, `/complaints/${id}/merge`, { into: first });
        }
      }
    }
  }

  #incidentOf(id: string): string | undefined {
    const incident = messageBehind(this.stage, id)?.incident;
    // Of one day: the same kind of trouble on another day is another incident.
    const day = this.stage.journal.ofComplaint(id)?.key.split('-', 2).join('-');
    return incident && `${day} ${incident}`;
  }

  /** Some of the overdue ones of furious people go up at once. */
  async #escalateHot(): Promise<void> {
    const { api, cast, chance, material } = this.stage;
    const path = '/complaints?overdue=true&status=assigned,in_progress&sort=receivedAt';
    for (const { id, level } of await api.list<Item>(cast.operator, path, SEEN_MAX)) {
      const own = chance.fork(`escalate/${id}`);
      if (level === 1 && messageBehind(this.stage, id)?.mood === 'furious' && own.is(ESCALATES)) {
        const reason = own.pick(material.answers.escalated);
        await api.post(cast.operator, `/complaints/${id}/escalate`, { reason });
      }
    }
  }

  /** Answers given at the source by hand, mails that could not be sent: done, some each round. */
  async #clearTasks(): Promise<void> {
    const { api, cast } = this.stage;
    const tasks = await api.list<{ id: string }>(cast.operator, '/tasks?state=open', TASKS_A_ROUND);
    for (const { id } of tasks) {
      await api.post(cast.operator, `/tasks/${id}/done`, {});
    }
  }
}
