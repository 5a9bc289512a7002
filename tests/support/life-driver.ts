import { randomBytes } from 'node:crypto';
import { untilHolds } from './until-holds.js';
import { v7 as uuid } from 'uuid';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type pg from 'pg';
import type { CommandBodies } from '../../src/domain/commands.js';
import type { LifeCommand } from '../../src/domain/transitions.js';
import { inTransaction, type Db } from '../../src/db/pool.js';
import { enqueue, type OutboxKind } from '../../src/db/outbox.js';
import {
  chain,
  EMPTY_HEAD,
  insertEvents,
  insertText,
  newText,
  type TextKind,
} from '../../src/db/timeline.js';
import { createDeskClient, type CommandOutcome } from '../../src/temporal/desk-client.js';
import { complaintWorkflowId } from '../../src/temporal/names.js';

export interface Complaint {
  id: string;
  number: string;
}

export interface TimelineEvent {
  seq: number;
  type: string;
  at: number;
  actor: string;
  data: Record<string, unknown>;
}

interface Intake {
  source?: string;
  receivedAt?: number;
  author?: { name: string; handle: string; contact: string };
  personKey?: Buffer;
}

/** Potholes in Arzamas: the rules know topic, place and agency of these words. */
export const POTHOLES = 'В Арзамасе на улице Ленина огромные ямы на дороге, проехать невозможно';

/** Lets complaints live on real parts without the HTTP API: writes what the API would write, and reads what came of it. */
export class LifeDriver {
  constructor(
    private readonly parts: { pool: pg.Pool; client: Client },
    /** World time, epoch ms. */
    private readonly now: () => Promise<number> = () => Promise.resolve(Date.now()),
  ) {}

  async intake(
    words = POTHOLES,
    { source = 'vk', receivedAt, author, personKey }: Intake = {},
  ): Promise<Complaint> {
    const id = uuid();
    const at = receivedAt ?? (await this.now());
    const text = newText('complaint', words);
    const [event] = chain(id, EMPTY_HEAD, [
      { type: 'received', at, actor: 'system', data: { text: text.ref } },
    ]);
    return inTransaction(this.parts.pool, async (db) => {
      await insertText(db, id, text);
      const { rows } = await db.query<{ number: string }>(
        `insert into complaints (id, number, source, text_id, received_at, origin, visibility, track_token, created_by,
           event_hash, author_name, author_handle, author_contact, person_key)
         values ($1, next_complaint_number('2026'), $2, $3, $4, 'elsewhere', 'public', $5, 'system', $6, $7, $8, $9, $10)
         returning number`,
        [
          id,
          source,
          text.id,
          new Date(at),
          randomBytes(8).toString('hex'),
          event!.hash,
          author?.name,
          author?.handle,
          author?.contact,
          personKey,
        ],
      );
      await insertEvents(db, id, [event!]);
      await this.send(db, 'start', id, {});
      return { id, number: rows[0]!.number };
    });
  }

  /** A row in the outbox, and a nudge to the relay. */
  async send(
    db: Db,
    kind: OutboxKind,
    complaintId: string,
    payload: Record<string, unknown>,
  ): Promise<void> {
    await enqueue(db, kind, complaintId, payload);
    await db.query('notify otklik_outbox');
  }

  /** A complaint that was taken in and sorted. */
  async sorted(words?: string, intake?: Intake): Promise<Complaint> {
    const complaint = await this.intake(words, intake);
    await this.until(complaint, ({ status }) => status !== 'received');
    return complaint;
  }

  async text(
    complaint: Complaint,
    kind: TextKind,
    words: string,
  ): Promise<{ id: string; digest: string }> {
    const text = newText(kind, words);
    await insertText(this.parts.pool, complaint.id, text);
    return text.ref;
  }

  /** A reply's or a question's row, as a draft. */
  async reply(
    complaint: Complaint,
    kind: 'interim' | 'final' | 'question',
    words = 'Ямы заделаны.',
    promisedAt: number | null = null,
  ): Promise<string> {
    const id = uuid();
    const ref = await this.text(complaint, kind === 'question' ? 'question' : 'reply', words);
    await this.parts.pool.query(
      `insert into replies (id, complaint_id, kind, outcome, promised_at, text_id, text_digest, actor, created_at)
       values ($1, $2, $3, $4, $5, $6, 'x', 'system', $7)`,
      [
        id,
        complaint.id,
        kind,
        kind === 'final' ? 'solved' : null,
        promisedAt === null ? null : new Date(promisedAt),
        ref.id,
        new Date(await this.now()),
      ],
    );
    return id;
  }

  async commandRow(complaint: Complaint, type: string, body: object, id = uuid()): Promise<string> {
    await this.parts.pool.query(
      `insert into commands (id, complaint_id, type, actor, body, created_at) values ($1, $2, $3, 'user:sample', $4, $5)`,
      [id, complaint.id, type, JSON.stringify(body), new Date(await this.now())],
    );
    return id;
  }

  async command<C extends LifeCommand>(
    complaint: Complaint,
    type: C,
    body: CommandBodies[C],
  ): Promise<CommandOutcome> {
    const id = await this.commandRow(complaint, type, body);
    return createDeskClient(this.parts.client).command(complaint, { id, type });
  }

  /** Reopening and unmerging begin a run of their own, by way of the outbox. */
  async runCommand(
    complaint: Complaint,
    type: 'reopen' | 'unmerge',
    body: object,
  ): Promise<string> {
    const id = await this.commandRow(complaint, type, body);
    await this.send(this.parts.pool, 'start', complaint.id, { from: 'command', commandId: id });
    return id;
  }

  async replyFinal(complaint: Complaint, words?: string): Promise<CommandOutcome> {
    return this.command(complaint, 'replyFinal', {
      replyId: await this.reply(complaint, 'final', words),
    });
  }

  async ask(complaint: Complaint, words = 'Какой номер дома?'): Promise<CommandOutcome> {
    return this.command(complaint, 'ask', {
      replyId: await this.reply(complaint, 'question', words),
    });
  }

  /** The citizen writes again. */
  async word(
    complaint: Complaint,
    words = 'Дом 5.',
    { receivedAt, deliver = true }: { receivedAt?: number; deliver?: boolean } = {},
  ): Promise<string> {
    const inboxId = uuid();
    const at = receivedAt ?? (await this.now());
    await inTransaction(this.parts.pool, async (db) => {
      await db.query('select from complaints where id = $1 for update', [complaint.id]);
      const text = newText('word', words);
      await insertText(db, complaint.id, text);
      await db.query(
        `insert into inbox (id, complaint_id, source, message_id, route, text_id, received_at) values ($1, $2, 'vk', $3, 'track', $4, $5)`,
        [inboxId, complaint.id, uuid(), text.id, new Date(at)],
      );
      if (deliver) {
        await this.send(db, 'word', complaint.id, { inboxId });
      }
    });
    return inboxId;
  }

  async row(complaint: Complaint): Promise<any> {
    const { rows } = await this.parts.pool.query('select * from complaints where id = $1', [
      complaint.id,
    ]);
    return rows[0];
  }

  async events(complaint: Complaint): Promise<TimelineEvent[]> {
    const { rows } = await this.parts.pool.query<Omit<TimelineEvent, 'at'> & { at: Date }>(
      'select seq, type, at, actor, data from events where complaint_id = $1 order by seq',
      [complaint.id],
    );
    return rows.map((event) => ({ ...event, at: event.at.getTime() }));
  }

  async types(complaint: Complaint): Promise<string[]> {
    return (await this.events(complaint)).map(({ type }) => type);
  }

  until(complaint: Complaint, holds: (row: any) => boolean, limitMs?: number): Promise<any> {
    return untilHolds(() => this.row(complaint), holds, limitMs);
  }

  handle(complaint: Complaint): WorkflowHandle {
    return this.parts.client.workflow.getHandle(complaintWorkflowId(complaint.number));
  }
}
