import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { AuditRoots, type Look } from '../../src/audit/roots.js';
import { verifyAudit, type AuditReport } from '../../src/audit/verify.js';
import { insertComplaint } from '../../src/db/complaints-intake.js';
import { inTransaction, openPool } from '../../src/db/pool.js';
import { appendEvents, chain, EMPTY_HEAD, insertText, newText } from '../../src/db/timeline.js';
import { testDatabase } from './servers.js';

export const AUDIT_KEY = 'an audit key of a test';
const AT = Date.parse('2026-03-02T09:00:00.123Z');

export interface Filed {
  id: string;
  number: string;
  textId: string;
}

/** A database with timelines, a worker's audit roots and a folder for them. */
export interface AuditDesk {
  /** Acts as the owner, who may do anything. */
  owner: pg.Pool;
  databaseUrl: string;
  dataDir: string;
  /** What the roots logged: level and message. */
  logged: { level: number; msg: string }[];
  /** A complaint whose timeline has `events` events, the second with a word of the citizen. */
  file(events?: number): Promise<Filed>;
  append(complaint: Filed): Promise<void>;
  root(auditKey?: string | null): Promise<Look>;
  /** A process of its own with the same database and files. */
  roots(auditKey?: string | null): AuditRoots;
  verify(auditKey?: string | null): Promise<AuditReport>;
  /** The lines of all files; `change` gets and gives the lines of the only one. */
  lines(): Promise<string[]>;
  changeLines(change: (lines: string[]) => string[]): Promise<void>;
  close(): Promise<void>;
}

export async function openAuditDesk(): Promise<AuditDesk> {
  const database = await testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'otklik-audit-'));
  const owner = openPool(database.url, null, 4);
  const worker = openPool(database.url, 'otklik_worker', 4);
  const logged: AuditDesk['logged'] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => logged.push(JSON.parse(line) as (typeof logged)[number]) },
  );

  const roots = (auditKey: string | null = AUDIT_KEY): AuditRoots =>
    new AuditRoots({
      config: { dataDir, OTKLIK_AUDIT_KEY: auditKey ?? undefined },
      pool: worker,
      log,
    });
  const files = async (): Promise<string[]> =>
    (await readdir(join(dataDir, 'audit'))).sort().map((name) => join(dataDir, 'audit', name));
  const readLines = async (path: string): Promise<string[]> =>
    (await readFile(path, 'utf8')).split('\n').slice(0, -1);

  const append = (complaint: Filed): Promise<void> =>
    inTransaction(owner, async (db) => {
      const word = newText('word', 'Яму так и не засыпали. ёЁ 🕳');
      await insertText(db, complaint.id, word);
      await appendEvents(db, complaint.id, [
        {
          type: 'citizen_wrote',
          at: AT,
          actor: 'citizen',
          data: { route: 'track', text: word.ref },
        },
      ]);
    });

  return {
    owner,
    databaseUrl: database.url,
    dataDir,
    logged,
    roots,
    append,
    async file(events = 3) {
      const id = uuid();
      const text = newText('complaint', 'Во дворе яма');
      const [event] = chain(id, EMPTY_HEAD, [
        { type: 'received', at: AT, actor: 'citizen', data: { source: 'web', text: text.ref } },
      ]);
      const number = await insertComplaint(owner, {
        ...{ id, year: 2026, source: 'web', externalId: null, text, authorName: null },
        ...{ authorHandle: null, authorContact: null, personKey: null, url: null, address: null },
        erasedId: null,
        ...{ lat: null, lon: null, postedAt: null, receivedAt: AT, origin: 'elsewhere' },
        ...{ visibility: 'private', municipalityGiven: null, campaign: null, parentId: null },
        ...{ trackToken: uuid(), createdBy: 'citizen', event: event! },
      });
      const filed = { id, number: number!, textId: text.id };
      if (events > 1) {
        await append(filed);
      }
      const rest = Array.from({ length: Math.max(0, events - 2) }, (_, index) => ({
        ...{ type: 'escalated', at: AT + index, actor: 'system' },
        data: { level: index, due: { clock: 'acceptance', at: AT }, confidence: 0.125 },
      }));
      await inTransaction(owner, (db) => appendEvents(db, id, rest));
      return filed;
    },
    root: (auditKey) => roots(auditKey).writeNow(),
    verify: (auditKey = AUDIT_KEY) => verifyAudit(worker, { dataDir, auditKey }),
    async lines() {
      return (await Promise.all((await files()).map(readLines))).flat();
    },
    async changeLines(change) {
      const [path] = await files();
      const lines = change(await readLines(path!));
      await writeFile(path!, lines.map((line) => `${line}\n`).join(''));
    },
    async close() {
      await worker.end();
      await owner.end();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
