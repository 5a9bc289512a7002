import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { message, openApi, type TestApi } from '../support/api.js';

let api: TestApi;
let id: string;
beforeAll(async () => {
  api = await openApi({ OTKLIK_RATE_LIMIT: '0' });
  id = (await api.post('/api/v1/complaints', message())).body.id;
}, 120_000);
afterAll(async () => {
  await api.close();
});

/** A path sent as it is, since fetch would tidy it up. */
const rawStatus = (path: string, headers: Record<string, string> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    request(`${api.url}`, { path, headers }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('a request that cannot be served', () => {
  it.each([
    ['malformed JSON', 400, 'bad_json', { raw: '{"a":' }],
    [
      'another content type',
      415,
      'unsupported_type',
      { raw: 'a', headers: { 'content-type': 'text/plain' } },
    ],
    [
      'another character set',
      415,
      'unsupported_type',
      { raw: '{}', headers: { 'content-type': 'application/json; charset=iso-8859-1' } },
    ],
    [
      'a body over 1 MB',
      413,
      'too_large',
      { raw: JSON.stringify({ text: 'я'.repeat(1_000_000) }) },
    ],
    ['a bare string', 422, 'invalid', { raw: '"text"' }],
    ['an array', 422, 'invalid', { raw: '[]' }],
    ['null', 422, 'invalid', { raw: 'null' }],
    ['no body at all', 422, 'invalid', {}],
  ])('with %s is answered with %i', async (_what, status, code, call) => {
    const answer = await api.call('/api/v1/complaints', { method: 'POST', ...call });

    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code, status, type: `urn:otklik:problem:${code}` });
  });

  it('answers 404 on unknown routes and 405 with the methods on known ones', async () => {
    expect((await api.get('/api/v1/nothing')).status).toBe(404);
    expect((await api.get('/nothing')).status).toBe(404);

    const wrong = await api.call('/api/v1/complaints', { method: 'DELETE' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(
      (await api.call(`/api/v1/complaints/${id}`, { method: 'PUT' })).headers.get('allow'),
    ).toBe('GET, HEAD');
  });

  it.each([
    '/api/v1/complaints/00000000-0000-7000-8000-000000000000',
    '/api/v1/complaints/2026-999999',
    '/api/v1/complaints/nothing',
    '/api/v1/complaints/%00',
    '/api/v1/complaints/2026-000001%00',
    '/api/v1/complaints/%D0%B0',
    '/api/v1/complaints/2026-000000000000000000000000001/timeline',
    '/api/v1/track/unknown-token-of-some-length',
    '/api/v1/track/%00',
  ])('answers 404 on %s', async (path) => {
    expect((await api.get(path)).status).toBe(404);
  });

  it('answers a client error, never a fault, on broken paths, queries and headers', async () => {
    const { authorization } = { authorization: `Bearer ${await api.keyOf('operator')}` };
    const statuses = await Promise.all([
      rawStatus('/api/v1/complaints/%ZZ', { authorization }),
      rawStatus('/api/v1/complaints/%ff', { authorization }),
      rawStatus('/api/v1/complaints?q=%00', { authorization }),
      rawStatus('/api/v1/complaints?cursor=%00', { authorization }),
      rawStatus('/api/v1/complaints?topic=a%00b', { authorization }),
      rawStatus(`/api/v1/complaints/${id}/timeline?cursor=%00`, { authorization }),
      rawStatus(`/api/v1/complaints/${id}/timeline?cursor=abc`, { authorization }),
      rawStatus(`/api/v1/complaints/${id}/timeline?limit=0`, { authorization }),
      rawStatus(`/api/v1/complaints/${id}/notes?limit=1e9`, { authorization }),
    ]);

    expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
  });

  it('takes a prototype for what it is: an unknown field', async () => {
    const answer = await api.call('/api/v1/complaints', {
      method: 'POST',
      raw: '{"source":"web","text":"а","__proto__":{"a":1},"constructor":{"b":2}}',
    });

    expect(answer.status).toBe(422);
  });
});

describe('keys', () => {
  it('are needed: 401 says how', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer otk_00000000_wrong' },
      { authorization: 'Basic YTpi' },
    ]) {
      const answer = await api.get('/api/v1/complaints/2026-000001', { key: null, headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(answer.body.code).toBe('unauthenticated');
    }
  });

  it('stop working soon after they are revoked', async () => {
    const key = await api.keyOf('operator');
    expect((await api.get(`/api/v1/complaints/${id}`, { key })).status).toBe(200);
    await api.parts.pool.query(
      `update api_keys set revoked_at = now() where label = 'test operator'`,
    );

    const began = Date.now();
    let status = 200;
    while (status === 200 && Date.now() - began < 10_000) {
      ({ status } = await api.get(`/api/v1/complaints/${id}`, { key }));
    }

    expect(status).toBe(401);
  });

  it('of a role that may never do it get 403', async () => {
    const intake = await api.keyOf('intake');
    const analyst = await api.keyOf('analyst');

    expect((await api.get(`/api/v1/complaints/${id}`, { key: intake })).status).toBe(403);
    expect((await api.post('/api/v1/complaints', message(), { key: analyst })).status).toBe(403);
    expect(
      (await api.post(`/api/v1/complaints/${id}/notes`, { text: 'а' }, { key: intake })).status,
    ).toBe(403);
  });

  it('of an agency see nothing of what others hold', async () => {
    const { agencies } = await api.parts.region.current();
    const [agency] = [...agencies.values()];
    const key = await api.keyOf('agency', agency!.code);

    for (const path of ['', '/timeline', '/notes']) {
      const answer = await api.get(`/api/v1/complaints/${id}${path}`, { key });
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
  });
});

describe('what is written down of a request', () => {
  it("gives each answer an id, the caller's own where there is one", async () => {
    const made = await api.get('/api/v1/complaints/2026-000001');
    const own = await api.get('/api/v1/complaints/2026-000001', {
      headers: { 'x-request-id': 'abc-1' },
    });

    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(own.headers.get('x-request-id')).toBe('abc-1');
  });
});

describe('a limit of requests', () => {
  it('is kept for each key, and says when to come again', async () => {
    const limited = await openApi({ OTKLIK_RATE_LIMIT: '5' });
    try {
      const answers = [];
      for (let i = 0; i < 6; i += 1) {
        answers.push(await limited.get('/api/v1/complaints/2026-000001'));
      }

      expect(answers.slice(0, 5).map((answer) => answer.status)).toEqual([404, 404, 404, 404, 404]);
      expect(answers[5]!.status).toBe(429);
      expect(Number(answers[5]!.headers.get('retry-after'))).toBeGreaterThan(0);
      const other = await limited.keyOf('operator');
      expect((await limited.get('/api/v1/complaints/2026-000001', { key: other })).status).toBe(
        404,
      );
    } finally {
      await limited.close();
    }
  });
});
