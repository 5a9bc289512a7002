import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { registerAudit } from '../../src/cli/audit.js';
import { AUDIT_KEY, openAuditDesk, type AuditDesk } from '../support/audit-desk.js';

const environment = { ...process.env };
let desk: AuditDesk;

beforeEach(async () => {
  desk = await openAuditDesk();
  Object.assign(process.env, {
    ...{ DATABASE_URL: desk.databaseUrl, OTKLIK_DATA_DIR: desk.dataDir, LOG_LEVEL: 'silent' },
    OTKLIK_AUDIT_KEY: AUDIT_KEY,
  });
});
afterEach(async () => {
  process.env = { ...environment };
  await desk.close();
});

/** Runs a verb in this process. @returns what it printed and the exit code it asked for. */
async function otklik(...verb: string[]): Promise<{ out: string; code: unknown }> {
  const print = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const before = process.exitCode;
  try {
    const program = new Command('otklik');
    registerAudit(program);
    await program.parseAsync(verb, { from: 'user' });
    return { out: print.mock.calls.flat().join('\n'), code: process.exitCode ?? 0 };
  } finally {
    // Else jest itself would end with it.
    process.exitCode = before;
    print.mockRestore();
  }
}

describe('otklik audit', () => {
  it('writes a root and then finds nothing wrong', async () => {
    await desk.file();
    const root = await otklik('audit', 'root');
    expect(root.out).toMatch(/^1 audit roots? written over 1 changed timeline/);
    expect(await otklik('audit', 'verify')).toEqual({
      out: 'Checked 1 complaints, 3 events, 2 texts, 0 attachments, 1 audit roots.\nNothing was changed.',
      code: 0,
    });
  });

  it('says in plain lines what is wrong, and ends with 1', async () => {
    const { number, id } = await desk.file();
    await desk.owner.query('delete from events where seq = 3');
    const { out, code } = await otklik('audit', 'verify');
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'Checked 1 complaints, 2 events, 2 texts, 0 attachments, 0 audit roots.',
      'Problems: 1',
      `  Complaint ${number}, event 3: it is missing [event_removed]`,
      expect.stringMatching(/^Note: No audit roots yet/),
    ]);
    const json = await otklik('audit', 'verify', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      problems: [{ kind: 'event_removed', number, complaintId: id, seq: 3 }],
    });
  });
});
