import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { openPool } from '../../src/db/pool.js';
import { childEnvironment } from '../../src/process-environment.js';
import { callApi, freePort, otklik, Part } from '../faults/own-desk.js';
import { ownPostgres, ownTemporal, type OwnServer } from '../faults/own-servers.js';
import { untilHolds } from '../support/until-holds.js';

/** The doctor as an operator calls it, on servers of its own that are well and that are broken on purpose. */

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const KEY = 'otk_doctor_secret_admin_key';
const AUDIT_KEY = 'doctor-secret-audit-key';
const SMTP_PASSWORD = 'doctor-secret-smtp';
const NAME = 'Святополк Незабвенный';

let temporal: OwnServer;
let postgres: OwnServer;
let dataDir: string;
let env: Record<string, string>;
let pool: pg.Pool;
let worker: Part;
let api: Part;
let baseUrl: string;
let complaint: { id: string; number: string };

beforeAll(async () => {
  [temporal, postgres] = await Promise.all([ownTemporal(), ownPostgres('doctor')]);
  dataDir = await mkdtemp(join(tmpdir(), 'otklik-doctor-'));
  const port = await freePort();
  baseUrl = `http://127.0.0.1:${port}`;
  env = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATABASE_URL: postgres.address,
    TEMPORAL_ADDRESS: temporal.address,
    OTKLIK_DATA_DIR: dataDir,
    OTKLIK_ADMIN_KEY: KEY,
    OTKLIK_AUDIT_KEY: AUDIT_KEY,
    PORT: String(port),
  };
  pool = openPool(postgres.address, null, 4);
}, 90_000);

afterAll(async () => {
  await worker?.kill();
  await api?.kill();
  await pool?.end();
  await temporal?.stop();
  await postgres?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

interface Report {
  status: string;
  checks: { id: string; status: string; found: string; todo: string | null }[];
}

async function run(
  args: string[],
  changes: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [MAIN, 'doctor', ...args], {
    env: childEnvironment({ ...env, ...changes }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

async function examine(changes: Record<string, string> = {}): Promise<{
  code: number;
  report: Report;
  of: (id: string) => Report['checks'][number];
}> {
  const { code, output } = await run(['--json', '--lang', 'en'], changes);
  const report = JSON.parse(output) as Report;
  return { code, report, of: (id) => report.checks.find((check) => check.id === id)! };
}
const statuses = (report: Report): Record<string, string[]> => {
  const by: Record<string, string[]> = {};
  for (const { id, status } of report.checks) (by[status] ??= []).push(id);
  return by;
};

describe('the doctor', () => {
  it('says of an empty database what is missing, and to migrate', async () => {
    const { code, of } = await examine();

    expect(code).toBe(1);
    expect(of('postgresql').status).toBe('ok');
    expect(of('schema').status).toBe('problem');
    expect(of('region')).toMatchObject({ status: 'problem' });
    expect(of('node').status).toBe('ok');
  }, 30_000);

  it('says that nobody works and no API answers, before they are started', async () => {
    await otklik(env, 'migrate');

    const { of } = await examine();

    expect(of('schema').status).toBe('ok');
    expect(of('workers')).toMatchObject({ status: 'problem', todo: 'Start otklik worker.' });
    expect(of('schedules').status).toBe('problem');
    expect(of('api')).toMatchObject({ status: 'problem', found: `${baseUrl} does not answer` });
  }, 60_000);

  it('finds nothing wrong with a desk that is well, and ends with 0', async () => {
    worker = new Part('worker', env);
    api = new Part('api', env);
    worker.start();
    api.start();
    await untilHolds(
      async () =>
        fetch(`${baseUrl}/readyz`).then(
          ({ status }) => status,
          () => 0,
        ),
      (status) => status === 200,
      40_000,
    );
    const taken = await callApi(baseUrl, KEY, 'POST', '/complaints', {
      ...{ source: 'web', text: 'В Арзамасе на улице Ленина огромные ямы на дороге' },
      author: { name: NAME, contact: '+79990001122' },
    });
    complaint = taken.body as typeof complaint;
    await untilHolds(
      async () => (await callApi(baseUrl, KEY, 'GET', `/complaints/${complaint.id}`)).body.status,
      (status) => status === 'assigned',
    );

    const seen = await untilHolds(examine, ({ report }) => report.status !== 'problem', 40_000);

    expect(seen.code).toBe(0);
    const { warning = [], ...others } = statuses(seen.report);
    expect(Object.keys(others)).toEqual(['ok']);
    // No mail server is set; and at the end of a year its calendar ends, too.
    expect(warning.filter((id) => id !== 'calendar')).toEqual(['mail']);
    expect(seen.of('open-runs').found).toBe('looked at 1 of 1');
    expect(seen.of('workers').found).toMatch(/^1 processes/);
  }, 120_000);

  it('finds an open complaint whose run is gone, by its number, and what repairs it', async () => {
    const connection = await Connection.connect({ address: temporal.address });
    try {
      const client = new Client({ connection });
      await client.workflow.getHandle(`complaint/${complaint.number}`).terminate('test');

      const { code, of } = await examine();

      expect(code).toBe(1);
      expect(of('open-runs')).toMatchObject({ status: 'problem' });
      expect(of('open-runs').found).toContain(complaint.number);
      expect(of('open-runs').todo).toContain('otklik rebuild');
    } finally {
      await connection.close();
    }
    await otklik(env, 'rebuild', complaint.number);
    await untilHolds(examine, ({ of }) => of('open-runs').status === 'ok', 30_000);
  }, 60_000);

  it('finds a schema that is behind, one that is ahead, and rights that are not as they should be', async () => {
    await pool.query(`delete from migrations where name like '0002%'`);
    const behind = await examine();
    await pool.query(`insert into migrations (name) values ('0002_lists.sql'), ('9999_later.sql')`);
    const ahead = await examine();
    await pool.query(`delete from migrations where name like '9999%'`);
    await pool.query('grant update on complaints to otklik_api');
    const open = await examine();
    await pool.query('revoke update on complaints from otklik_api');

    expect(behind.of('schema').found).toBe('not applied: 0002_lists.sql');
    expect(ahead.of('schema').found).toContain('9999_later.sql');
    expect(open.of('roles')).toMatchObject({
      status: 'problem',
      found: "the API's role may move complaints",
    });
    expect([behind.code, ahead.code, open.code]).toEqual([1, 1, 1]);
  }, 60_000);

  it('tells of what waits too long, of webhooks switched off, and of another clock', async () => {
    await pool.query(
      `insert into outbox (kind, complaint_id, payload, attempts, not_before)
       values ('unheard-of', $1, '{}', 9, now() - interval '1 hour')`,
      [complaint.id],
    );
    await pool.query(
      `insert into webhooks (id, label, url, secret, created_by, active, disabled_reason)
       values (gen_random_uuid(), 'x', 'https://a.example/', 'whsec_doctor', 'system', false, 'gone')`,
    );
    const { of } = await examine({
      OTKLIK_TIME_SCALE: '60',
      SMTP_URL: `smtp://u:${SMTP_PASSWORD}@127.0.0.1:9`,
    });
    await pool.query(`delete from outbox where kind = 'unheard-of'`);
    await pool.query('delete from webhooks');

    expect(of('outbox').status).toBe('problem');
    expect(of('webhooks')).toMatchObject({ status: 'warning' });
    expect(of('webhooks').found).toContain('1 switched off');
    expect(of('world-clock').status).toBe('problem');
    expect(of('mail').status).toBe('problem');
  }, 30_000);

  it('speaks Russian and English, and never of secrets or people', async () => {
    const smtp = { SMTP_URL: `smtp://u:${SMTP_PASSWORD}@127.0.0.1:9` };
    const said = await Promise.all([
      run(['--lang', 'ru'], smtp),
      run(['--lang', 'en'], smtp),
      run([], { ...smtp, LC_ALL: 'ru_RU.UTF-8' }),
      run(['--json'], smtp),
    ]);

    const [ru, en, byTerminal] = said.map(({ output }) => output);
    expect(ru).toContain('✗ Почта: сервер не принимает нас');
    expect(ru).toMatch(/Неисправностей: 1, предупреждений: [01]\.\n$/);
    expect(en).toContain('✗ Mail: the server does not take us');
    expect(en).toMatch(/Problems: 1, warnings: [01]\.\n$/);
    expect(byTerminal).toContain('Неисправностей');
    const password = new URL(postgres.address).password;
    const all = said.map(({ output }) => output).join();
    for (const secret of [KEY, AUDIT_KEY, SMTP_PASSWORD, NAME, '+7999', password].filter(Boolean)) {
      expect(all).not.toContain(secret);
    }
    expect((await run(['--lang', 'de'])).code).toBe(1);
  }, 60_000);

  it('looks at all the rest when Temporal is away', async () => {
    await temporal.stop();

    const { code, of, report } = await examine();

    expect(code).toBe(1);
    expect(of('temporal')).toMatchObject({ status: 'problem', found: 'does not answer' });
    expect(statuses(report).skipped).toEqual([
      ...['search-attributes', 'schedules', 'workers', 'open-runs'],
    ]);
    expect(of('schema').status).toBe('ok');
    expect(of('outbox').status).not.toBe('skipped');
    await temporal.start();
  }, 60_000);

  it('looks at all the rest when PostgreSQL is away', async () => {
    await postgres.stop();

    const { code, of } = await examine();

    expect(code).toBe(1);
    expect(of('postgresql')).toMatchObject({
      status: 'problem',
      found: 'does not answer (ECONNREFUSED)',
    });
    expect(of('schema').status).toBe('skipped');
    expect(of('disk').status).toBe('ok');
    expect(of('temporal').status).toBe('ok');
    await postgres.start();
  }, 60_000);

  it('says where no desk runs that none does, and still looks at the machine', async () => {
    const { code, report } = await examine({ DATABASE_URL: '' });

    expect(code).toBe(1);
    expect(report.checks[0]).toMatchObject({ id: 'desk', status: 'problem' });
    expect(report.checks.map(({ id }) => id)).toContain('disk');
  }, 30_000);
});
