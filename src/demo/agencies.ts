import { mannerOf, nextMove, type Move, type PlannedMove, type QueueItem } from './agency-mind.js';
import type { CastAgency } from './cast.js';
import type { Chance } from './chance.js';
import type { Manner } from './material.js';
import { finalWords, interimWords, questionWords } from './reply-words.js';
import { repeat, type Stage } from './stage.js';
import { DAY_MS, OFFICE_HOURS, afterWork } from './world-watch.js';

const MINUTE_MS = 60_000;

interface Seen extends QueueItem {
  topic: string | null;

  clocks?: { resolveBy: string | null };
}

/** How long an agency waits between two looks at its queue: longer while there is nothing in it. World time. */
const LOOK_MS = 18 * MINUTE_MS;
const LOOK_EMPTY_MS = 45 * MINUTE_MS;
/** At a high scale the desk would have nothing to do but show queues: never more often than this. Machine time. */
const LOOK_MIN_MS = 2_000;
const QUEUE_MAX = 200;

/** The systems of all agencies, each with its own key and its own queue. */
export function openAgencies(stage: Stage): void {
  for (const agency of stage.cast.agencies) {
    new AgencyDesk(stage, agency).open();
  }
}

/** One agency's system: it reads its queue by the list and works on what it finds. */
class AgencyDesk {
  readonly #chance: Chance;
  readonly #manner: Manner;
  readonly #key: string;
  /** What is on the agenda already: the id with the state it was planned for. */
  readonly #planned = new Set<string>();
  /** Complaints of which something out of the ordinary was refused: they only get what always works. */
  readonly #plain = new Set<string>();
  #isEmpty = true;

  constructor(
    private readonly stage: Stage,
    private readonly agency: CastAgency,
  ) {
    this.#chance = stage.chance.fork(`agency/${agency.code}`);
    this.#manner = mannerOf(stage.material.offices, agency.code, stage.chance);
    this.#key = stage.cast.keyOf(agency.code) ?? '';
  }

  open(): void {
    const first = this.stage.watch.now() + this.#chance.between(2, 20) * MINUTE_MS;
    const atLeast = this.stage.watch.worldMs(LOOK_MIN_MS);
    const pause = () =>
      Math.max(this.#isEmpty ? LOOK_EMPTY_MS : LOOK_MS, atLeast) * this.#chance.between(0.8, 1.2);
    repeat(this.stage, first, pause, () => this.#look());
  }

  async #look(): Promise<void> {
    const { api, cast } = this.stage;
    // A department's complaints show in its parent's list, too: each works on its own.
    const path = `/complaints?status=assigned,in_progress&agency=${this.agency.code}&sort=receivedAt`;
    const items = await api.list<Seen & { agency: { id: string } | null }>(
      cast.keyOf(this.agency.code) ?? '',
      path,
      QUEUE_MAX,
    );
    const own = items.filter((item) => item.agency?.id === this.agency.id);
    this.#isEmpty = own.length === 0;
    for (const item of own) {
      this.#plan(item);
    }
  }

  #plan(item: Seen): void {
    const name = `${item.id}/${item.status}`;
    const planned = this.#planned.has(name)
      ? null
      : nextMove(this.#chance, this.#manner, item, this.#plain.has(item.id));
    if (planned === null) {
      return;
    }
    this.#planned.add(name);
    this.stage.agenda.at(this.#whenOf(planned, item), async () => {
      try {
        await this.#work(item, planned.move);
      } finally {
        this.#planned.delete(name);
      }
    });
  }

  /** Danger to life is worked on at any hour, all else in working hours. */
  #whenOf({ afterMs }: PlannedMove, item: QueueItem): number {
    const now = this.stage.watch.now();
    return item.priority === 'danger' ? now + afterMs : afterWork(now, afterMs, OFFICE_HOURS);
  }

  /** Looks at the complaint as it is now, makes the move, and goes on with what comes next. */
  async #work(planned: Seen, move: Move): Promise<void> {
    const { api } = this.stage;
    const path = `/complaints/${planned.id}`;
    const { ok, body: now, etag } = await api.get<Seen>(this.#key, path);
    if (!ok || now.status !== planned.status) {
      // It has gone on meanwhile: the next look at the queue sees it as it is.
      return;
    }
    const call = this.#callFor(now, move);
    const answer = await api.post<Seen>(this.#key, `${path}/${call.verb}`, call.body, etag);
    if (answer.status === 422) {
      this.#plain.add(planned.id);
    }
    const isOurs = answer.ok && move.do !== 'handover';
    if (isOurs && (answer.body.status === 'assigned' || answer.body.status === 'in_progress')) {
      this.#plan({ ...now, ...answer.body });
    }
  }

  #callFor(item: Seen, move: Move): { verb: string; body: object } {
    const { material, watch, cast } = this.stage;
    const { answers } = material;
    const own = this.#chance.fork(`words/${item.id}/${item.version}`);
    switch (move.do) {
      case 'accept':
        return { verb: 'accept', body: {} };
      case 'ask':
        return { verb: 'ask', body: { text: questionWords(answers, own) } };
      case 'interim': {
        const promisedAt = new Date(watch.now() + move.promiseMs).toISOString();
        const text = interimWords(answers, own);
        return { verb: 'replies', body: { kind: 'interim', text, promisedAt } };
      }
      case 'final': {
        const { outcome, personal } = move;
        const text = finalWords(answers, own, {
          topic: item.topic,
          kind: item.kind,
          outcome,
          personal,
        });
        const signatory = personal ? 'head' : 'agency';
        return { verb: 'replies', body: { kind: 'final', outcome, text, signatory } };
      }
      case 'extend': {
        const due = Date.parse(item.clocks?.resolveBy ?? '') || watch.now() + 7 * DAY_MS;
        const until = new Date(due + own.between(2, 6) * DAY_MS).toISOString();
        return { verb: 'extend', body: { until, reason: own.pick(answers.extension) } };
      }
      case 'delegate':
        return this.agency.executors.length > 0
          ? { verb: 'delegate', body: { executor: own.pick(this.agency.executors) } }
          : { verb: 'ask', body: { text: questionWords(answers, own) } };
      case 'coExecution': {
        const others = cast.agencies.filter(({ id }) => id !== this.agency.id);
        const body = { agency: own.pick(others).code, text: own.pick(answers.interim) };
        return { verb: 'co-execution', body };
      }
      case 'handover': {
        const reason = own.pick(answers.handover);
        const other = cast.agencies.filter(({ id }) => id !== this.agency.id);
        return {
          verb: 'handover',
          body: move.known ? { agency: own.pick(other).code, reason } : { reason },
        };
      }
    }
  }
}
