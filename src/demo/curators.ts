import { repeat, type Stage } from './stage.js';
import { OFFICE_HOURS, afterWork, localTime } from './world-watch.js';

const MINUTE_MS = 60_000;
const LOOK_MS = 12 * MINUTE_MS;
/** A curator reads a reply for this long before deciding; working time. */
const READ_MS = { from: 15 * MINUTE_MS, to: 110 * MINUTE_MS };
const RETURNS = 0.12;
const REFUSES = 0.2;
/** From this level on a curator leaves a word. */
const NOTED_LEVEL = 3;
const SEEN_MAX = 100;

interface Item {
  id: string;
  level: number;
}

interface Detail {
  status: string;
  replies: { id: string; state: string }[];
}

interface Notice {
  id: string;
  type: string;
  data: { extension?: string };
}

/** The curators: they approve and return replies, decide about more time, and look after what escalated. */
export class Curators {
  readonly #reading = new Set<string>();
  readonly #decided = new Set<string>();
  readonly #noted = new Set<string>();

  constructor(private readonly stage: Stage) {}

  open(): void {
    const { stage } = this;
    const pause = () => LOOK_MS * stage.chance.between(0.8, 1.2);
    repeat(stage, stage.watch.now() + LOOK_MS, pause, () => this.#look());
    repeat(
      stage,
      stage.watch.now() + 2 * LOOK_MS,
      () => 2 * pause(),
      () => this.#decideTime(),
    );
    repeat(
      stage,
      stage.watch.now() + 3 * LOOK_MS,
      () => 3 * pause(),
      () => this.#note(),
    );
  }

  async #look(): Promise<void> {
    const { api, agenda, cast, chance, watch } = this.stage;
    const path = '/complaints?status=in_review&sort=receivedAt';
    for (const { id } of await api.list<Item>(cast.curator, path, SEEN_MAX)) {
      if (!this.#reading.has(id)) {
        this.#reading.add(id);
        const readMs = chance.between(READ_MS.from, READ_MS.to);
        agenda.at(afterWork(watch.now(), readMs, OFFICE_HOURS), () => this.#review(id));
      }
    }
  }

  async #review(id: string): Promise<void> {
    const { api, cast, chance, material } = this.stage;
    this.#reading.delete(id);
    const path = `/complaints/${id}`;
    const { ok, body, etag } = await api.get<Detail>(cast.curator, path);
    const reply = ok ? body.replies.find(({ state }) => state === 'in_review') : undefined;
    if (reply === undefined || body.status !== 'in_review') {
      return;
    }
    const own = chance.fork(`review/${reply.id}`);
    if (own.is(RETURNS)) {
      const reason = own.pick(material.answers.returned);
      await api.post(cast.curator, `${path}/replies/${reply.id}/return`, { reason }, etag);
    } else {
      await api.post(cast.curator, `${path}/replies/${reply.id}/approve`, {}, etag);
    }
  }

  /** Asked for more time: read from the notices, since that is where an approver learns of it. */
  async #decideTime(): Promise<void> {
    const { api, cast, chance, material, watch } = this.stage;
    const { hour } = localTime(watch.now());
    if (hour < OFFICE_HOURS.from || hour >= OFFICE_HOURS.to) {
      return;
    }
    const notices = await api.list<Notice>(cast.curator, '/notifications', SEEN_MAX);
    for (const { type, data } of notices) {
      const { extension } = data;
      if (type === 'extension_requested' && extension && !this.#decided.has(extension)) {
        this.#decided.add(extension);
        const own = chance.fork(`extension/${extension}`);
        const refuses = own.is(REFUSES);
        await api.post(
          cast.curator,
          `/extensions/${extension}/${refuses ? 'refuse' : 'approve'}`,
          refuses ? { reason: own.pick(material.answers.refused) } : {},
        );
      }
    }
  }

  async #note(): Promise<void> {
    const { api, cast, chance, material } = this.stage;
    const path = '/complaints?level=3,4&status=assigned,in_progress,in_review&sort=receivedAt';
    for (const { id, level } of await api.list<Item>(cast.curator, path, SEEN_MAX)) {
      if (level >= NOTED_LEVEL && !this.#noted.has(id)) {
        this.#noted.add(id);
        const text = chance.fork(`note/${id}`).pick(material.answers.notes);
        await api.post(cast.curator, `/complaints/${id}/notes`, { text });
      }
    }
  }
}
