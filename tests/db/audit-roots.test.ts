import { appendFile, readdir, rm, truncate, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fromLine, nextRoot, toLine } from '../../src/audit/root-record.js';
import { AUDIT_KEY, openAuditDesk, type AuditDesk } from '../support/audit-desk.js';

let desk: AuditDesk;

beforeEach(async () => {
  desk = await openAuditDesk();
});
afterEach(async () => {
  await desk.close();
});

const kinds = async (auditKey?: string | null): Promise<unknown[]> =>
  (await desk.verify(auditKey)).problems.map(({ kind, seq }) => [kind, seq]);
const count = async (table: string): Promise<number> =>
  (await desk.owner.query<{ count: number }>(`select count(*) from ${table}`)).rows[0]!.count;
const onlyFile = async (): Promise<string> => {
  const [name] = await readdir(join(desk.dataDir, 'audit'));
  return join(desk.dataDir, 'audit', name!);
};

/** Three roots: over two complaints, over one that moved, over none. */
async function threeRoots(): Promise<void> {
  await desk.file();
  const moved = await desk.file();
  await desk.root();
  await desk.append(moved);
  await desk.root();
  await desk.root();
}

describe('an audit root', () => {
  it('has the heads that changed since the one before, in the database and in the file', async () => {
    await threeRoots();
    const lines = (await desk.lines()).map((line) => fromLine(line)!);
    expect(lines.map(({ n, heads }) => [n, heads.map((head) => head.seq)])).toEqual([
      [1, [3, 3]],
      [2, [4]],
      [3, []],
    ]);
    expect(await count('audit_roots')).toBe(3);
    expect(await kinds()).toEqual([]);
  });

  it('is written when the last is older than an hour, and not before', async () => {
    await desk.file();
    const roots = desk.roots();
    expect(await roots.look()).toEqual({ result: 'written', roots: 1, heads: 1 });
    expect(await roots.look()).toEqual({ result: 'not_due' });
    await desk.owner.query(`update audit_roots set at = at - interval '61 minutes'`);
    expect(await roots.look()).toMatchObject({ result: 'written', roots: 1 });
  });

  it('is written by one of several workers', async () => {
    await desk.file();
    const looks = await Promise.all(
      [desk.roots(), desk.roots(), desk.roots()].map((r) => r.look()),
    );
    expect(looks.filter(({ result }) => result === 'written')).toHaveLength(1);
    expect(await desk.lines()).toHaveLength(1);
  });

  it('waits while somebody else holds the lock', async () => {
    const client = await desk.owner.connect();
    await client.query('select pg_advisory_lock_shared(7130422)');
    expect(await desk.root()).toEqual({ result: 'busy' });
    client.release(true);
  });

  it('is unsigned without a key, which is told once', async () => {
    const roots = desk.roots(null);
    await roots.writeNow();
    await roots.writeNow();
    expect(desk.logged.filter(({ msg }) => msg.includes('OTKLIK_AUDIT_KEY'))).toHaveLength(1);
    const report = await desk.verify(null);
    expect(report.problems).toEqual([]);
    expect(report.notes).toEqual([expect.stringMatching(/^No audit key/)]);
    expect((await desk.verify()).notes).toEqual([
      expect.stringMatching(/^2 of 2 roots have no sig/),
    ]);
  });

  it('becomes several when more than ten thousand timelines changed', async () => {
    await desk.file();
    await desk.owner.query(
      `insert into complaints (id, number, source, text_id, received_at, origin, visibility, track_token, created_by, event_hash)
       select gen_random_uuid(), 'n' || n, 'web', gen_random_uuid(), now(), 'elsewhere', 'private', 't' || n, 'citizen', sha256(n::text::bytea)
       from generate_series(1, 20500) n`,
    );
    expect(await desk.root()).toEqual({ result: 'written', roots: 3, heads: 20501 });
    expect(await count('audit_heads')).toBe(20501);
    expect(await desk.root()).toEqual({ result: 'written', roots: 1, heads: 0 });
  });
});

describe('a crash', () => {
  beforeEach(threeRoots);

  it('between row and file is healed at the next look, whoever looks', async () => {
    await desk.changeLines((lines) => lines.slice(0, -1));
    expect(await kinds()).toEqual([['root_removed', 3]]);
    expect(await desk.roots().look()).toEqual({ result: 'not_due' });
    expect(await desk.lines()).toHaveLength(3);
    expect(await kinds()).toEqual([]);
  });

  it('in the middle of a line is healed, and the half line is cut off', async () => {
    const before = await desk.lines();
    await truncate(await onlyFile(), (await stat(await onlyFile())).size - 40);
    await desk.roots().look();
    expect(await desk.lines()).toEqual(before);
  });

  it('in the middle of the first line is healed', async () => {
    const before = await desk.lines();
    await truncate(await onlyFile(), 10);
    await desk.roots().look();
    expect(await desk.lines()).toEqual(before);
  });
});

describe('otklik audit verify', () => {
  beforeEach(threeRoots);

  const edit = (index: number, change: (line: string) => string): Promise<void> =>
    desk.changeLines((lines) => lines.map((line, at) => (at === index ? change(line) : line)));

  it('says when there are no roots yet, and what is newer than the last one', async () => {
    const fresh = await desk.file();
    expect(await desk.verify()).toMatchObject({
      notRooted: { newer: 1, moved: 0, numbers: [fresh.number] },
      notes: [expect.stringContaining(fresh.number)],
    });
    await desk.owner.query('delete from audit_roots; delete from audit_heads');
    await rm(join(desk.dataDir, 'audit'), { recursive: true });
    expect((await desk.verify()).notes).toEqual([expect.stringMatching(/^No audit roots yet/)]);
  });

  it('finds a line with an edited head', async () => {
    await edit(0, (line) => line.replace('",3,"', '",2,"'));
    expect(await kinds()).toContainEqual(['root_altered', 1]);
  });

  it('finds a line with an edited instant, by the signature', async () => {
    await edit(1, (line) => line.replace(/"at":"\d{4}/, '"at":"2020'));
    expect(await kinds()).toEqual(expect.arrayContaining([['root_signature', 2]]));
  });

  it('finds a line that is no root any more', async () => {
    await edit(1, (line) => line.slice(5));
    expect(await kinds()).toEqual([['root_altered', 2]]);
  });

  it.each([
    ['first', 0],
    ['middle', 1],
    ['last', 2],
  ])('finds the %s line removed', async (_, index) => {
    await desk.changeLines((lines) => lines.filter((__, at) => at !== index));
    expect(await kinds()).toEqual([['root_removed', index + 1]]);
  });

  it('finds lines that changed places', async () => {
    await desk.changeLines(([a, b, c]) => [a!, c!, b!]);
    expect(await kinds()).toContainEqual(['root_altered', 2]);
  });

  it('finds the files gone', async () => {
    await rm(await onlyFile());
    expect(await kinds()).toEqual([['root_removed', 1]]);
  });

  it('finds a root removed or edited in the database', async () => {
    await desk.owner.query(`update audit_roots set at = 'infinity' where id = 2`);
    expect(await kinds()).toEqual([
      ['root_signature', 2],
      ['root_altered', 2],
    ]);
    await desk.owner.query('delete from audit_roots where id = 2');
    expect(await kinds()).toEqual([['root_removed', 2]]);
    await desk.owner.query('delete from audit_roots where id = 3');
    expect(await kinds()).toEqual([['root_removed', 2]]);
  });

  it('finds a root that was signed again under another key, or not at all, in both places', async () => {
    for (const key of ['some other key of theirs', null]) {
      const line = (await desk.lines())[2]!;
      const record = { ...fromLine(line)!, signature: nextRoot(null, [], key, 0).signature };
      await edit(2, () => toLine(record).trimEnd());
      await desk.owner.query('update audit_roots set signature = $1 where id = 3', [
        record.signature,
      ]);
      expect(await kinds()).toEqual([
        ['root_signature', 3],
        ['root_signature', 3],
      ]);
    }
  });

  it('finds all roots written anew without the key, over timelines without a complaint', async () => {
    await desk.owner.query('delete from audit_roots; delete from audit_heads');
    await desk.owner.query('delete from complaints where event_seq = 4');
    await desk.owner.query(
      'delete from events where complaint_id not in (select id from complaints)',
    );
    await rm(await onlyFile());
    await desk.root('a key of somebody else');
    expect(await kinds()).toEqual([
      ['root_signature', 1],
      ['root_signature', 1],
    ]);
  });

  it('leaves files alone that know more than a restored database, and says so', async () => {
    await desk.owner.query('delete from audit_roots where id > 1');
    const before = await desk.lines();
    await desk.root();
    expect(await desk.lines()).toEqual(before);
    expect(desk.logged.at(-1)).toMatchObject({ level: 50 });
    expect((await kinds()).length).toBeGreaterThan(0);
  });

  it('takes no harm from rubbish beside the files', async () => {
    await appendFile(join(desk.dataDir, 'audit', 'notes.txt'), 'x');
    expect(await kinds(AUDIT_KEY)).toEqual([]);
  });
});
