import { appendFile, readFile } from 'node:fs/promises';
import { z } from 'zod';

const entry = z.object({
  /** Of the planned message, see day-plan. */
  key: z.string(),
  message: z.string(),
  author: z.string(),
  id: z.uuid(),
  number: z.string(),
  token: z.string(),
  /** World instant, epoch ms. */
  sentAt: z.number(),
});

/** One message that the desk has taken. */
export type JournalEntry = z.output<typeof entry>;

/**
 * What the demo has sent: a line a message, so that a start again neither sends it twice nor forgets its citizen. The
 * file has no texts.
 */
export class Journal {
  readonly #byKey = new Map<string, JournalEntry>();
  readonly #byId = new Map<string, JournalEntry>();

  private constructor(private readonly file: string) {}

  /** Reads what is there; a line cut off by a kill is left out. */
  static async open(file: string): Promise<Journal> {
    const journal = new Journal(file);
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    for (const line of lines) {
      const parsed = entry.safeParse(jsonOf(line));
      if (parsed.success) {
        journal.#keep(parsed.data);
      }
    }
    return journal;
  }

  get entries(): JournalEntry[] {
    return [...this.#byKey.values()];
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  ofComplaint(id: string): JournalEntry | undefined {
    return this.#byId.get(id);
  }

  async add(sent: JournalEntry): Promise<void> {
    this.#keep(sent);
    // A line of its own even after one that was cut off.
    await appendFile(this.file, `\n${JSON.stringify(sent)}`, { mode: 0o600 });
  }

  #keep(sent: JournalEntry): void {
    this.#byKey.set(sent.key, sent);
    this.#byId.set(sent.id, sent);
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
