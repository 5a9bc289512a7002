import { lookAfterMs, react, type Reaction, type SeenPage } from './citizen-mind.js';
import type { PlannedMessage } from './day-plan.js';
import type { JournalEntry } from './journal.js';
import type { DemoMessage, Person } from './material.js';
import { Pace } from './pace.js';
import { takePhoto } from './photo.js';
import type { Stage } from './stage.js';

interface Accepted {
  id: string;
  number: string;
  trackingUrl: string;
}

interface Following {
  sent: JournalEntry;
  message: DemoMessage;
  author: Person;
  text: string;
  looks: number;
  hasWritten: boolean;
}

/**
 * The desk lets one address open 1,200 pages a minute, and all these citizens have one: at a high scale they look later
 * than they would.
 */
const LOOKS_PER_MINUTE = 900;

/** The citizens: they write, look at their page, answer, rate, write again. */
export class Citizens {
  /** False once the desk has said that it takes no files. */
  #takesFiles = true;
  readonly #pace = new Pace(LOOKS_PER_MINUTE);

  constructor(private readonly stage: Stage) {}

  /** Puts a message on the agenda, unless it was sent in an earlier start. */
  expect(planned: PlannedMessage): void {
    if (!this.stage.journal.has(planned.key)) {
      this.stage.agenda.at(planned.at, () => this.#send(planned));
    }
  }

  /** Follows a message of an earlier start. */
  resume(sent: JournalEntry): void {
    const { material } = this.stage;
    const message = material.messages.find(({ id }) => id === sent.message);
    const author = material.people.find(({ id }) => id === sent.author);
    if (message && author) {
      this.#follow({ sent, message, author, text: message.text, looks: 0, hasWritten: true });
    }
  }

  async #send({ key, message, author, text }: PlannedMessage): Promise<void> {
    const { api, cast, journal, watch, chance } = this.stage;
    const attachments = await this.#photoOf(message, key);
    const answer = await api.post<Accepted>(cast.intake, '/complaints', {
      source: message.source,
      externalId: `demo-${key}`,
      text,
      author: { name: author.name, handle: author.id, contact: author.contact },
      origin: chance.fork(`origin/${key}`).is(0.55) ? 'authority_page' : 'elsewhere',
      ...(attachments.length > 0 && { attachments }),
    });
    if (!answer.ok) {
      return;
    }
    const { id, number, trackingUrl } = answer.body;
    const token = trackingUrl.split('/').at(-1) ?? '';
    const sentAt = watch.now();
    const sent = { key, message: message.id, author: author.id, id, number, token, sentAt };
    await journal.add(sent);
    if (!message.spam) {
      this.#follow({ sent, message, author, text, looks: 0, hasWritten: false });
    }
  }

  /** Takes and uploads the message's photo. @returns the ids to attach: none where it has no photo or the desk takes none. */
  async #photoOf({ photo }: DemoMessage, key: string): Promise<string[]> {
    if (photo === undefined || !this.#takesFiles) {
      return [];
    }
    const { api, cast, chance } = this.stage;
    const content = await takePhoto(photo, chance.fork(`photo/${key}`));
    const file = { name: `${photo}.jpg`, content };
    const answer = await api.upload<{ id?: string }>(cast.intake, '/attachments', file);
    if ([404, 405, 415].includes(answer.status)) {
      this.#takesFiles = false;
    }
    return answer.ok && answer.body.id !== undefined ? [answer.body.id] : [];
  }

  #follow(following: Following): void {
    const { agenda, chance, watch } = this.stage;
    const own = chance.fork(`look/${following.sent.key}/${following.looks}`);
    const at = watch.now() + lookAfterMs(own, following.looks);
    agenda.at(at, () => {
      const turn = watch.now() + watch.worldMs(this.#pace.take());
      agenda.at(turn, () => this.#look({ ...following, looks: following.looks + 1 }));
      return Promise.resolve();
    });
  }

  async #look(following: Following): Promise<void> {
    const { api, chance, material, watch } = this.stage;
    const { sent, message, looks, hasWritten } = following;
    const { ok, body: page } = await api.get<SeenPage>(null, `/track/${sent.token}`);
    if (!ok) {
      return;
    }
    const waitedMs = watch.now() - sent.sentAt;
    const own = chance.fork(`react/${sent.key}/${looks}`);
    const situation = { message, page, looks, waitedMs, hasWritten };
    const reaction = react(own, material.answers, situation);
    const next = await this.#act(following, reaction);
    if (next) {
      this.#follow(next);
    }
  }

  /** @returns how the citizen goes on; null when there is nothing more to follow. */
  async #act(following: Following, reaction: Reaction): Promise<Following | null> {
    const { api } = this.stage;
    const path = `/track/${following.sent.token}`;
    switch (reaction.do) {
      case 'rate': {
        const { rating, comment } = reaction;
        await api.post(null, `${path}/rating`, { rating, ...(comment !== '' && { comment }) });
        // A bad rating begins it all anew, and the citizen waits for a better answer.
        return rating <= 2 ? { ...following, looks: 1 } : null;
      }
      case 'write':
        await api.post(null, `${path}/messages`, { text: reaction.text });
        return { ...following, hasWritten: true };
      case 'again':
        this.#writeAgain(following);
        return null;
      case 'withdraw':
        await api.post(null, `${path}/withdraw`, {});
        return null;
      case 'leave':
        return null;
      case 'wait':
        return following;
    }
  }

  /** The same person about the same thing, as a new complaint: the desk marks it as a repeat. */
  #writeAgain({ sent, message, author, text }: Following): void {
    const { chance, material, watch } = this.stage;
    const preface = chance.fork(`again/${sent.key}`).pick(material.answers.words.again);
    this.expect({
      key: `${sent.key}-again`,
      message,
      author,
      text: `${preface} ${text}`,
      at: watch.now() + lookAfterMs(chance.fork(`again-at/${sent.key}`), 0),
    });
  }
}
