import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openApiDocument, OPERATIONS } from '../../src/api/openapi/document.js';
import { ACTIONS } from '../../src/api/permissions.js';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

interface Described {
  operationId: string;
  responses: Record<string, Response | { $ref: string }>;
}
interface Response {
  content?: Record<string, { schema: object }>;
}
const document = openApiDocument() as {
  paths: Record<string, Record<string, Described>>;
  components: {
    schemas: Record<string, object>;
    responses: Record<string, Response>;
    parameters: Record<string, object>;
  };
};

// Names of parameters are not compared: Express and the document may call them differently.
const nameless = (path: string) => path.replace(/:\w+|\{\w+\}/g, '{}');
/** The page's own files are no part of the API. */
const isPart = (path: string) => !path.startsWith('/docs/');

interface Layer {
  route?: { path: string; stack: { method?: string }[] };
  handle?: { stack?: Layer[] };
  /** True when it is mounted at the root of its parent. */
  slash?: boolean;
}

/** Every route that the application has, whoever mounted it; all that is not at the root is below /api/v1. */
function mounted(layers: Layer[], prefix = ''): string[] {
  return layers.flatMap(({ route, handle, slash }) => {
    if (route) {
      // A refusal of other methods answers all of them and has none.
      const methods = new Set(route.stack.flatMap(({ method }) => (method ? [method] : [])));
      return isPart(route.path)
        ? [...methods].map((method) => `${method} ${nameless(prefix + route.path)}`)
        : [];
    }
    return handle?.stack ? mounted(handle.stack, slash ? prefix : '/api/v1') : [];
  });
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
// Its types say CommonJS: the function is the module here.
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: 'otklik', components: document.components });

/** Why an answer is not what the document says of the call; empty when it is. */
function faults(method: string, template: string, status: number, body: unknown): string[] {
  const told = document.paths[template]?.[method]?.responses[String(status)];
  const described =
    told && '$ref' in told ? document.components.responses[told.$ref.split('/').at(-1)!] : told;
  if (!described) return [`${method} ${template} does not tell of ${status}`];
  const schema = Object.values(described.content ?? {})[0]?.schema;
  if (!schema) return body === '' ? [] : [`${status} has a body`];
  const local = JSON.parse(
    JSON.stringify(schema).replaceAll('"#/components', '"otklik#/components'),
  ) as object;
  const check = ajv.compile(local);
  return check(body)
    ? []
    : (check.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

describe('the OpenAPI document', () => {
  let desk: ResourceDesk;

  beforeAll(async () => {
    desk = await openResourceDesk();
  });
  afterAll(async () => {
    await desk.close();
  });

  it('has every route of the application, and no other', () => {
    const routes = mounted(desk.app.router.stack as unknown as Layer[]);
    const described = OPERATIONS.map(({ method, path }) => `${method} ${nameless(path)}`);

    expect([...new Set(described)].sort()).toEqual([...new Set(routes)].sort());
  });

  it('tells the roles of every keyed call from the permission table, and of every action', () => {
    const used = new Set(OPERATIONS.map((operation) => operation.action));

    expect(ACTIONS.filter((action) => !used.has(action))).toEqual([]);
  });

  it('is in itself in order: ids once, references resolved, schemas valid, parameters named', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const ids = operations.map((operation) => operation.operationId);

    for (const ref of references) {
      const [root, section, kind, name] = ref!.split('/');
      expect([root, section]).toEqual(['#', 'components']);
      expect(document.components[kind as 'schemas']).toHaveProperty([name!]);
    }
    expect(new Set(ids).size).toBe(ids.length);
    for (const schema of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `otklik#/components/schemas/${schema}` })).not.toThrow();
    }
    expect(text).not.toContain('$defs');
    expect(text).not.toContain('asParameter');
  });

  it('is what the API answers, problems included', async () => {
    const admin = await desk.keyFor('admin');
    const seeded = await desk.seed({
      columns: { status: 'assigned', agency_id: [...(await desk.view()).agencies.keys()][0] },
    });
    const { body: user } = await desk.call(admin, 'POST', 'users', { name: 'А', role: 'operator' });
    const { body: webhook } = await desk.call(admin, 'POST', 'webhooks', {
      ...{ url: 'https://a.example/', label: 'А' },
    });
    const hook = `/api/v1/webhooks/${webhook.id}`;
    const calls: [method: string, template: string, path: string, body?: object][] = [
      ['get', '/api/v1/webhooks', '/api/v1/webhooks'],
      ['get', '/api/v1/webhooks/{id}', hook],
      ['patch', '/api/v1/webhooks/{id}', hook, { url: 'https://127.0.0.1/' }],
      ['post', '/api/v1/webhooks', '/api/v1/webhooks', { url: 'https://b.example/', label: 'Б' }],
      ['post', '/api/v1/webhooks/{id}/rotate-secret', `${hook}/rotate-secret`, {}],
      ['post', '/api/v1/webhooks/{id}/test', `${hook}/test`, {}],
      ['get', '/api/v1/webhooks/{id}/deliveries', `${hook}/deliveries`],
      ['delete', '/api/v1/webhooks/{id}', hook],
      ['get', '/api/v1/complaints', '/api/v1/complaints?q=яма'],
      ['get', '/api/v1/complaints', '/api/v1/complaints?sort=dueAt'],
      ['get', '/api/v1/complaints', '/api/v1/complaints?status=nowhere'],
      ['get', '/api/v1/complaints/{id}/similar', `/api/v1/complaints/${seeded.id}/similar`],
      ['get', '/api/v1/complaints/{id}/similar', '/api/v1/complaints/none/similar'],
      ...[
        'agencies',
        'topic-groups',
        'topics',
        'municipalities',
        'routing-rules',
        'sla-policies',
        'calendars',
        'ladders',
      ].map((path): [string, string, string] => ['get', `/api/v1/${path}`, `/api/v1/${path}`]),
      ['get', '/api/v1/calendars/{id}', '/api/v1/calendars/region'],
      ['post', '/api/v1/agencies', '/api/v1/agencies', {}],
      ['patch', '/api/v1/ladders/{id}', '/api/v1/ladders/region', {}],
      [
        'post',
        '/api/v1/routing-rules/dry-run',
        '/api/v1/routing-rules/dry-run',
        { text: 'Яма на дороге в Арзамасе' },
      ],
      ['post', '/api/v1/keys', '/api/v1/keys', { role: 'operator', label: 'А' }],
      ['get', '/api/v1/keys', '/api/v1/keys'],
      ['get', '/api/v1/users', '/api/v1/users'],
      ['get', '/api/v1/users/{id}', `/api/v1/users/${user.id}`],
      ['delete', '/api/v1/users/{id}', `/api/v1/users/${user.id}`],
      ['get', '/api/v1/absences', '/api/v1/absences'],
      ['get', '/api/v1/tasks', '/api/v1/tasks'],
      [
        'post',
        '/api/v1/exports',
        '/api/v1/exports',
        { format: 'csv', filter: { status: ['closed'], overdue: false, level: [0, 1] } },
      ],
      ['get', '/api/v1/notifications', '/api/v1/notifications'],
      ['get', '/healthz', '/healthz'],
      ['get', '/readyz', '/readyz'],
      ['get', '/metrics', '/metrics'],
      ['get', '/openapi.json', '/openapi.json'],
    ];

    for (const [method, template, path, body] of calls) {
      const answer = await desk.call(admin, method.toUpperCase(), path, body);
      expect([path, faults(method, template, answer.status, answer.body)]).toEqual([path, []]);
    }
  });

  it('stands on a page that needs no other host', async () => {
    const page = await desk.call(null, 'GET', '/docs');
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);

    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file).toMatch(/^\//);
      expect((await desk.call(null, 'GET', file)).status).toBe(200);
    }
    expect((await desk.call(null, 'GET', '/api/v1/openapi.json')).body.openapi).toBe('3.1.0');
  });
});

describe('health and metrics', () => {
  let desk: ResourceDesk;

  beforeAll(async () => {
    desk = await openResourceDesk();
  });
  afterAll(async () => {
    await desk.close();
  });

  it('stays ready without Temporal, and says that commands would fail', async () => {
    const well = await desk.call(null, 'GET', '/readyz');
    desk.temporal.up = false;
    const degraded = await desk.call(null, 'GET', '/readyz');
    desk.temporal.up = true;

    expect(well.body).toMatchObject({ status: 'ready', checks: { temporal: { ok: true } } });
    expect(degraded.status).toBe(200);
    expect(degraded.body).toMatchObject({
      status: 'degraded',
      checks: { temporal: { ok: false } },
    });
    expect(degraded.body.checks.temporal?.detail).toContain('intake');
  });

  it('is not ready when a migration is missing', async () => {
    await desk.owner.query(`delete from migrations where name like '0002%'`);

    const { status, body } = await desk.call(null, 'GET', '/readyz');

    expect(status).toBe(503);
    expect(body.checks.migrations?.detail).toContain('0002_lists.sql');
    expect((await desk.call(null, 'GET', '/healthz')).status).toBe(200);
    await desk.owner.query(`insert into migrations (name) values ('0002_lists.sql')`);
  });

  it('warns before the official calendar ends', async () => {
    await desk.owner.query(
      `update region_items set body = jsonb_set(body, '{years}', '{"2020": {"daysOff": [], "shortDays": [], "workingWeekends": []}}')
       where kind = 'calendar' and current`,
    );
    await desk.owner.query('update region_revision set revision = revision + 1');

    for (let tries = 0; tries < 50; tries += 1) {
      const { status, body } = await desk.call(null, 'GET', '/readyz');
      expect(status).toBe(200);
      if (body.warnings.some((warning) => warning.includes('2021'))) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('no warning came');
  });

  it('counts the desk without an id or a word of a citizen', async () => {
    const key = await desk.keyFor('operator');
    const { id, number } = await desk.seed({
      text: 'Тайное слово',
      columns: { status: 'assigned' },
    });
    await desk.owner.query(
      `insert into outbox (kind, complaint_id, payload, attempts, not_before) values ('mail', $1, '{}', 3, now() - interval '90 s')`,
      [id],
    );
    await desk.call(key, 'GET', `complaints/${id}/similar`);
    await desk.call(key, 'GET', 'complaints?q=Тайное');

    const { text } = await desk.call(null, 'GET', '/metrics');

    expect(text).toContain('otklik_complaints_open{status="assigned"} 1');
    expect(text).toContain('otklik_outbox_waiting{kind="mail"} 1');
    expect(text).toContain('otklik_outbox_failing{kind="mail"} 1');
    expect(
      Number(/otklik_outbox_oldest_seconds\{kind="mail"\} (\S+)/.exec(text)?.[1]),
    ).toBeGreaterThanOrEqual(90);
    expect(text).toContain('route="/api/v1/complaints/:id/similar",status="200"');
    expect(text).toContain('otklik_webhook_deliveries_waiting 0');
    expect(text).toContain('otklik_database_up 1');
    for (const secret of [id, number, 'Тайн', key]) expect(text).not.toContain(secret);
  });
});
