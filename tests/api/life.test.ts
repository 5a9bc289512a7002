import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { message, openApi, until, type Answer, type TestApi } from '../support/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await openApi({}, { worker: true });
}, 180_000);
afterAll(async () => {
  await api.close();
});

interface Taken {
  id: string;
  number: string;
  token: string;
}

const path = (c: { id: string }, rest = ''): string => `/api/v1/complaints/${c.id}${rest}`;
const read = async (c: { id: string }): Promise<any> => (await api.get(path(c))).body;
const events = async (c: { id: string }): Promise<any[]> => (await api.get(path(c, '/timeline'))).body.items;

async function taken(changes: Record<string, unknown> = {}): Promise<Taken> {
  const { body } = await api.post('/api/v1/complaints', message(changes));
  await until(
    () => read(body),
    (seen) => seen.status !== 'received',
  );
  return { id: body.id, number: body.number, token: body.trackingUrl.split('/track/')[1] };
}

/** A complaint that an agency holds, which is neither the one that answers in person nor one that needs approval. */
async function assigned(changes: Record<string, unknown> = {}): Promise<Taken & { agency: string }> {
  const complaint = await taken(changes);
  const { agencies } = await api.parts.region.current();
  const agency = [...agencies.values()].find((a) => !a.approval.final && !a.approval.interim)!;
  const { status } = await api.post(path(complaint, '/assign'), { agency: agency.code });
  expect(status).toBe(200);
  return { ...complaint, agency: agency.code };
}

async function answered(): Promise<Taken & { agency: string }> {
  const complaint = await assigned();
  const reply = await api.post(path(complaint, '/replies'), { kind: 'final', text: `Сделано ${complaint.number}` });
  expect(reply.status).toBe(201);
  await until(
    () => read(complaint),
    (seen) => seen.status === 'closed',
  );
  return complaint;
}

const statuses = (answers: Answer[]): number[] => answers.map((answer) => answer.status).sort();

describe('the life of a complaint through the API', () => {
  it('goes from a message to a published answer at the private link', async () => {
    const complaint = await assigned();

    const accepted = await api.post(path(complaint, '/accept'));
    expect(accepted.body).toMatchObject({ status: 'in_progress', number: complaint.number });
    const reply = await api.post(path(complaint, '/replies'), {
      kind: 'final',
      text: 'Ямы заделаны 👍',
      outcome: 'solved',
    });
    expect(reply.status).toBe(201);
    expect(reply.body.replyId).toMatch(/^[0-9a-f-]{36}$/);
    await until(
      () => read(complaint),
      (seen) => seen.status === 'closed',
    );

    const whole = await read(complaint);
    expect(whole).toMatchObject({
      closureReason: 'answered',
      agency: { code: complaint.agency },
      replies: [{ kind: 'final', outcome: 'solved', text: 'Ямы заделаны 👍', state: 'published' }],
    });
    const tracked = (await api.get(`/api/v1/track/${complaint.token}`, { key: null })).body;
    expect(tracked.answers).toEqual([
      expect.objectContaining({ text: 'Ямы заделаны 👍', kind: 'final', outcome: 'solved', revision: 1 }),
    ]);
    expect((await events(complaint)).map((event) => event.type)).toEqual(
      expect.arrayContaining(['received', 'triaged', 'assigned', 'accepted', 'replied', 'closed']),
    );
  });

  it('shows its clocks with the days that did not count', async () => {
    const { clocks } = await read(await assigned());

    expect(clocks).toMatchObject({ paused: false, acceptBy: expect.any(String), resolveBy: expect.any(String) });
    expect(clocks.details.map((clock: { kind: string }) => clock.kind)).toEqual([
      'acceptance',
      'first_reply',
      'resolution',
    ]);
    expect(clocks.details[2].skipped[0]).toEqual({ date: expect.any(String), reason: expect.any(String) });
  });

  it('refuses with the state and what it allows, and changes nothing', async () => {
    const complaint = await answered();
    const before = await events(complaint);

    for (const [command, body] of [
      ['accept', {}],
      ['replies', { kind: 'final', text: 'Ещё раз' }],
      ['reject', { code: 'spam' }],
      ['close', { reason: 'withdrawn' }],
      ['assign', { agency: complaint.agency }],
    ] as const) {
      const { status, body: problem } = await api.post(path(complaint, `/${command}`), body);
      expect(status).toBe(409);
      expect(problem).toMatchObject({ code: 'state_forbids', status: 'closed', allowed: ['reopen', 'correct', 'rate'] });
    }
    expect(await events(complaint)).toEqual(before);
  });

  it('refuses from the workflow, too, when the row was not asked', async () => {
    const complaint = await assigned();

    const answers = await Promise.all([
      api.post(path(complaint, '/accept')),
      api.post(path(complaint, '/accept')),
      api.post(path(complaint, '/accept')),
    ]);

    expect(statuses(answers)).toEqual([200, 409, 409]);
  });

  it('takes one of two different final replies sent at once', async () => {
    const complaint = await assigned();

    const answers = await Promise.all([
      api.post(path(complaint, '/replies'), { kind: 'final', text: 'Первый ответ' }),
      api.post(path(complaint, '/replies'), { kind: 'final', text: 'Второй ответ' }),
    ]);
    await until(
      () => read(complaint),
      (seen) => seen.status === 'closed',
    );

    expect(statuses(answers)).toEqual([201, 409]);
    const tracked = (await api.get(`/api/v1/track/${complaint.token}`, { key: null })).body;
    expect(tracked.answers).toHaveLength(1);
  });

  it('knows the same words sent twice as one reply', async () => {
    const complaint = await assigned();
    const reply = { kind: 'interim', text: 'Работаем над этим' };

    const answers = await Promise.all([
      api.post(path(complaint, '/replies'), reply),
      api.post(path(complaint, '/replies'), { ...reply, text: ' Работаем  над этим' }),
    ]);

    expect(statuses(answers)).toEqual([201, 409]);
    expect(answers.find((answer) => answer.status === 409)!.body.code).toBe('identical_reply');
  });

  it('gives a repeated command under one key its first answer', async () => {
    const complaint = await assigned();
    const call = { headers: { 'idempotency-key': `reply-${complaint.id}` } };
    const reply = { kind: 'interim', text: 'Выехали на место' };

    const first = await api.post(path(complaint, '/replies'), reply, call);
    const again = await api.post(path(complaint, '/replies'), reply, call);
    const other = await api.post(path(complaint, '/replies'), { ...reply, text: 'Иное' }, call);

    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
    expect((await read(complaint)).replies).toHaveLength(1);
  });

  it('carries out a command only on the version that was seen', async () => {
    const complaint = await assigned();
    const seen = (await api.get(path(complaint))).headers.get('etag')!;

    const stale = await api.post(path(complaint, '/accept'), {}, { headers: { 'if-match': '"0"' } });
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ code: 'stale_version', version: Number(seen.slice(1, -1)) });
    const weak = await api.post(path(complaint, '/accept'), {}, { headers: { 'if-match': `W/${seen}` } });
    expect(weak.status).toBe(412);
    const broken = await api.post(path(complaint, '/accept'), {}, { headers: { 'if-match': '3' } });
    expect(broken.status).toBe(400);
    const fresh = await api.post(path(complaint, '/accept'), {}, { headers: { 'if-match': `"0", ${seen}` } });
    expect(fresh.status).toBe(200);
    expect(fresh.headers.get('etag')).toBe(`"${fresh.body.version}"`);
  });

  it('keeps a draft until it is handed in', async () => {
    const complaint = await assigned();

    const draft = await api.post(path(complaint, '/replies'), { kind: 'final', text: 'Черновик', submit: false });
    expect(draft.status).toBe(201);
    expect((await read(complaint)).replies).toMatchObject([{ state: 'draft' }]);
    const sent = await api.post(path(complaint, `/replies/${draft.body.replyId}/submit`));

    expect(sent.status).toBe(200);
    await until(
      () => read(complaint),
      (whole) => whole.status === 'closed',
    );
  });

  it('stops the clocks while the citizen is asked, until the answer comes', async () => {
    const complaint = await assigned();

    const asked = await api.post(path(complaint, '/ask'), { text: 'Какой дом?' });
    expect(asked.body.status).toBe('waiting_citizen');
    expect((await read(complaint)).clocks.paused).toBe(true);
    const word = { text: 'Дом пять', messageId: 'm1' };
    const sent = [
      await api.post(`/api/v1/track/${complaint.token}/messages`, word, { key: null }),
      await api.post(`/api/v1/track/${complaint.token}/messages`, word, { key: null }),
    ];
    const whole = await until(
      () => read(complaint),
      (seen) => seen.status === 'in_progress',
    );

    expect(sent.map((answer) => [answer.status, answer.body.duplicate])).toEqual([
      [202, false],
      [202, true],
    ]);
    expect(whole.clocks.paused).toBe(false);
    const words = (await events(complaint)).filter((event) => event.type === 'citizen_wrote');
    expect(words).toMatchObject([{ actor: 'citizen', data: { text: 'Дом пять' } }]);
  });

  it('rejects with a coded reason whose words staff can read', async () => {
    const complaint = await taken();

    const wrong = await api.post(path(complaint, '/reject'), { code: 'boring' });
    const right = await api.post(path(complaint, '/reject'), { code: 'no_facts', reason: 'Нет адреса' });

    expect([wrong.status, wrong.body.fields[0].path]).toEqual([422, 'code']);
    expect(right.body).toMatchObject({ status: 'closed', closureReason: 'rejected', rejectCode: 'no_facts' });
    expect((await events(complaint)).at(-1)).toMatchObject({
      type: 'closed',
      data: { code: 'no_facts', reason: 'Нет адреса' },
      refs: { reason: { id: expect.any(String), digest: expect.any(String) } },
    });
  });

  it('merges into an open complaint, whose answer the other citizen reads, and comes back when unmerged', async () => {
    const [a, b] = [await assigned(), await assigned()];

    expect((await api.post(path(b, '/merge'), { into: b.number })).status).toBe(422);
    expect((await api.post(path(b, '/merge'), { into: '2026-999999' })).status).toBe(422);
    const merged = await api.post(path(b, '/merge'), { into: a.number });
    expect(merged.body).toMatchObject({ status: 'closed', closureReason: 'duplicate' });
    await api.post(path(a, '/replies'), { kind: 'final', text: 'Общий ответ' });
    await until(
      () => read(a),
      (seen) => seen.status === 'closed',
    );
    expect((await api.get(`/api/v1/track/${b.token}`, { key: null })).body.answers).toMatchObject([
      { text: 'Общий ответ' },
    ]);

    const back = await api.post(path(b, '/unmerge'));
    expect(back.body).toMatchObject({ status: 'assigned', closureReason: null });
  });

  it('takes a part out into a complaint of its own', async () => {
    const complaint = await assigned({ author: { name: 'Анна', contact: 'anna@example.org' } });

    const { status, body } = await api.post(path(complaint, '/split'), { text: 'И ещё фонарь не горит' });

    expect(status).toBe(201);
    const child = await until(
      () => read(body.child),
      (seen) => seen.status !== 'received',
    );
    expect(child).toMatchObject({
      parent: complaint.id,
      text: 'И ещё фонарь не горит',
      source: 'vk',
      author: { name: 'Анна', contact: 'anna@example.org' },
    });
    expect((await events(complaint)).at(-1)).toMatchObject({ type: 'split', data: { child: child.id } });
  });

  it('is taken up again by an operator with a reason', async () => {
    const complaint = await answered();

    const { status, body } = await api.post(path(complaint, '/reopen'), { reason: 'Не сделано' });

    expect([status, body.status]).toEqual([200, 'assigned']);
    expect((await api.post(path(complaint, '/reopen'), { reason: 'Ещё' })).status).toBe(409);
  });

  it('extends the resolution when an approver agrees', async () => {
    const complaint = await assigned();
    const { clocks } = await read(complaint);
    const until1 = new Date(Date.parse(clocks.resolveBy) + 86_400_000).toISOString();

    const early = await api.post(path(complaint, '/extend'), { until: new Date().toISOString(), reason: 'Дождь' });
    expect([early.status, early.body.fields[0].path]).toEqual([422, 'until']);
    const asked = await api.post(path(complaint, '/extend'), { until: until1, reason: 'Ждём материалы' });
    expect(asked.status).toBe(200);
    const approved = await api.post(`/api/v1/extensions/${asked.body.extensionId}/approve`);
    expect(approved.status).toBe(200);

    const whole = await read(complaint);
    expect(whole.clocks.resolveBy).toBe(until1);
    expect(whole.extensions).toMatchObject([{ state: 'approved', reason: 'Ждём материалы' }]);
    const twice = await api.post(`/api/v1/extensions/${asked.body.extensionId}/refuse`, {});
    expect([twice.status, twice.body.code]).toEqual([409, 'conflict']);
  });

  it('corrects a published answer and keeps both versions', async () => {
    const complaint = await answered();
    const [reply] = (await read(complaint)).replies;

    const same = await api.post(path(complaint, `/replies/${reply.id}/correct`), { text: reply.text });
    expect(same.status).toBe(409);
    const { status, body } = await api.post(path(complaint, `/replies/${reply.id}/correct`), {
      text: 'Сделано, с поправкой',
    });
    expect([status, body.revision]).toEqual([200, 2]);

    const tracked = await until(
      async () => (await api.get(`/api/v1/track/${complaint.token}`, { key: null })).body,
      (seen) => seen.answers[0].revision === 2,
    );
    expect(tracked.answers).toMatchObject([{ text: 'Сделано, с поправкой' }]);
    const { rows } = await api.parts.pool.query('select revision from reply_revisions where reply_id = $1', [reply.id]);
    expect(rows).toHaveLength(2);
  });

  it('delegates inside the agency only', async () => {
    const complaint = await assigned();
    const { agencies } = await api.parts.region.current();
    const stranger = [...agencies.values()].find((a) => a.code !== complaint.agency && !a.parent)!;
    const executor = await api.userOf('executor', complaint.agency);
    const foreign = await api.userOf('executor', stranger.code);

    expect((await api.post(path(complaint, '/delegate'), { agency: stranger.code })).status).toBe(422);
    expect((await api.post(path(complaint, '/delegate'), { executor: foreign })).status).toBe(422);
    const done = await api.post(path(complaint, '/delegate'), { executor });

    expect(done.body).toMatchObject({ status: 'assigned', executor: { id: executor } });
  });

  it('lets the agency that holds it work, a co-executor read, and nobody else know', async () => {
    const complaint = await assigned();
    const { agencies } = await api.parts.region.current();
    const strangers = [...agencies.values()].filter((a) => a.code !== complaint.agency && !a.parent);
    const [holder, co, other] = [
      await api.keyOf('agency', complaint.agency),
      await api.keyOf('agency', strangers[0]!.code),
      await api.keyOf('agency', strangers[1]!.code),
    ];
    await api.post(path(complaint, '/co-execution'), { agency: strangers[0]!.code, text: 'Нужна помощь' });

    expect((await api.get(path(complaint), { key: co })).status).toBe(200);
    expect((await api.post(path(complaint, '/accept'), {}, { key: co })).status).toBe(403);
    expect((await api.get(path(complaint), { key: other })).status).toBe(404);
    expect((await api.post(path(complaint, '/accept'), {}, { key: other })).status).toBe(404);
    expect((await api.post(path(complaint, '/escalate'), { reason: 'а' }, { key: holder })).status).toBe(403);
    expect((await api.post(path(complaint, '/accept'), {}, { key: holder })).status).toBe(200);
  });

  it('shows an agency its own notes, the desk all, the citizen none', async () => {
    const complaint = await assigned();
    const key = await api.keyOf('agency', complaint.agency);
    const before = (await read(complaint)).version;

    const own = await api.post(path(complaint, '/notes'), { text: 'Заметка исполнителя' }, { key });
    const desk = await api.post(path(complaint, '/notes'), { text: 'Заметка оператора' });

    expect([own.status, desk.status]).toEqual([201, 201]);
    const seen = async (call = {}) =>
      (await api.get(path(complaint, '/notes'), call)).body.items.map((note: { text: string }) => note.text);
    expect(await seen({ key })).toEqual(['Заметка исполнителя']);
    expect(await seen()).toEqual(['Заметка исполнителя', 'Заметка оператора']);
    const told = (await api.get(path(complaint, '/timeline'), { key })).body.items
      .filter((event: { type: string }) => event.type === 'note_added')
      .map((event: { data: { text: string | null } }) => event.data.text);
    expect(told).toEqual(['Заметка исполнителя', null]);
    const page = await api.get(`/track/${complaint.token}`, { key: null });
    const tracked = await api.get(`/api/v1/track/${complaint.token}`, { key: null });
    expect(`${page.body}${JSON.stringify(tracked.body)}`).not.toContain('Заметка');
    expect((await read(complaint)).version).toBe(before);
  });

  it('pages its timeline without skipping or repeating', async () => {
    const complaint = await answered();
    const all = await events(complaint);

    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `?limit=2${cursor && `&cursor=${cursor}`}`;
      const { body }: Answer = await api.get(path(complaint, `/timeline${query}`));
      seen.push(...body.items.map((event: { seq: number }) => event.seq));
      expect(body.total).toBe(all.length);
      cursor = body.nextCursor;
    }

    expect(seen).toEqual(all.map((event) => event.seq));
  });
});
