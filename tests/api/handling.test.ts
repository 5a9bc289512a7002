import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openApi, until, type Answer, type TestApi } from '../support/api.js';
import { caseworkOf, type Casework } from '../support/casework.js';

let api: TestApi;
let work: Casework;
beforeAll(async () => {
  api = await openApi({ OTKLIK_CLOCK_START: '2026-09-01T07:00:00Z' }, { worker: true });
  work = caseworkOf(api);
}, 180_000);
afterAll(async () => {
  await api.close();
});

describe('handling complaints through the API', () => {
  it('merges into an open complaint, whose answer the other citizen reads, and comes back when unmerged', async () => {
    const [a, b] = [await work.assigned(), await work.assigned()];

    expect((await api.post(work.path(b, '/merge'), { into: b.number })).status).toBe(422);
    expect((await api.post(work.path(b, '/merge'), { into: '2026-999999' })).status).toBe(422);
    const merged = await api.post(work.path(b, '/merge'), { into: a.number });
    expect(merged.body).toMatchObject({ status: 'closed', closureReason: 'duplicate' });
    await api.post(work.path(a, '/replies'), { kind: 'final', text: 'Общий ответ' });
    await work.closed(a);
    expect((await work.follow(b)).answers).toMatchObject([{ text: 'Общий ответ' }]);

    const back = await api.post(work.path(b, '/unmerge'));
    expect(back.body).toMatchObject({ status: 'assigned', closureReason: null });
  });

  it('takes a part out into a complaint of its own', async () => {
    const complaint = await work.assigned({
      author: { name: 'Анна', contact: 'anna@example.org' },
    });

    const { status, body } = await api.post(work.path(complaint, '/split'), {
      text: 'И ещё фонарь не горит',
    });

    expect(status).toBe(201);
    const child = await until(
      () => work.read(body.child),
      (seen) => seen.status !== 'received',
    );
    expect(child).toMatchObject({
      parent: complaint.id,
      text: 'И ещё фонарь не горит',
      source: 'vk',
      author: { name: 'Анна', contact: 'anna@example.org' },
    });
    expect((await work.events(complaint)).at(-1)).toMatchObject({
      type: 'split',
      data: { child: child.id },
    });
  });

  it('is taken up again by an operator with a reason', async () => {
    const complaint = await work.answered();

    const { status, body } = await api.post(work.path(complaint, '/reopen'), {
      reason: 'Не сделано',
    });

    expect([status, body.status]).toEqual([200, 'assigned']);
    expect((await api.post(work.path(complaint, '/reopen'), { reason: 'Ещё' })).status).toBe(409);
  });

  it('extends the resolution when an approver agrees', async () => {
    const complaint = await work.assigned();
    const { clocks } = await work.read(complaint);
    const until1 = new Date(Date.parse(clocks.resolveBy) + 86_400_000).toISOString();

    const early = await api.post(work.path(complaint, '/extend'), {
      until: new Date(Date.parse(clocks.resolveBy) - 1).toISOString(),
      reason: 'Дождь',
    });
    expect([early.status, early.body.fields[0]?.path]).toEqual([422, 'until']);
    const asked = await api.post(work.path(complaint, '/extend'), {
      until: until1,
      reason: 'Ждём материалы',
    });
    expect(asked.status).toBe(200);
    const approved = await api.post(`/api/v1/extensions/${asked.body.extensionId}/approve`);
    expect(approved.status).toBe(200);

    const whole = await work.read(complaint);
    expect(whole.clocks.resolveBy).toBe(until1);
    expect(whole.extensions).toMatchObject([{ state: 'approved', reason: 'Ждём материалы' }]);
    const twice = await api.post(`/api/v1/extensions/${asked.body.extensionId}/refuse`, {});
    expect([twice.status, twice.body.code]).toEqual([409, 'conflict']);
  });

  it('corrects a published answer and keeps both versions', async () => {
    const complaint = await work.answered();
    const reply = (await work.read(complaint)).replies[0]!;

    const same = await api.post(work.path(complaint, `/replies/${reply.id}/correct`), {
      text: reply.text,
    });
    expect(same.status).toBe(409);
    const { status, body } = await api.post(work.path(complaint, `/replies/${reply.id}/correct`), {
      text: 'Сделано, с поправкой',
    });
    expect([status, body.revision]).toEqual([200, 2]);

    const tracked = await until(
      () => work.follow(complaint),
      (seen) => seen.answers[0]?.revision === 2,
    );
    expect(tracked.answers).toMatchObject([{ text: 'Сделано, с поправкой' }]);
    const { rows } = await api.parts.pool.query(
      'select revision from reply_revisions where reply_id = $1',
      [reply.id],
    );
    expect(rows).toHaveLength(2);
  });

  it('delegates inside the agency only', async () => {
    const complaint = await work.assigned();
    const { agencies } = await api.parts.region.current();
    const stranger = [...agencies.values()].find((a) => a.code !== complaint.agency && !a.parent)!;
    const executor = await api.userOf('executor', complaint.agency);
    const foreign = await api.userOf('executor', stranger.code);

    expect(
      (await api.post(work.path(complaint, '/delegate'), { agency: stranger.code })).status,
    ).toBe(422);
    expect((await api.post(work.path(complaint, '/delegate'), { executor: foreign })).status).toBe(
      422,
    );
    const done = await api.post(work.path(complaint, '/delegate'), { executor });

    expect(done.body).toMatchObject({ status: 'assigned', executor: { id: executor } });
  });

  it('lets the agency that holds it work, a co-executor read, and nobody else know', async () => {
    const complaint = await work.assigned();
    const { agencies } = await api.parts.region.current();
    const strangers = [...agencies.values()].filter(
      (a) => a.code !== complaint.agency && !a.parent,
    );
    const [holder, co, other] = [
      await api.keyOf('agency', complaint.agency),
      await api.keyOf('agency', strangers[0]!.code),
      await api.keyOf('agency', strangers[1]!.code),
    ];
    await api.post(work.path(complaint, '/co-execution'), {
      agency: strangers[0]!.code,
      text: 'Нужна помощь',
    });

    expect((await api.get(work.path(complaint), { key: co })).status).toBe(200);
    expect((await api.post(work.path(complaint, '/accept'), {}, { key: co })).status).toBe(403);
    expect((await api.get(work.path(complaint), { key: other })).status).toBe(404);
    expect((await api.post(work.path(complaint, '/accept'), {}, { key: other })).status).toBe(404);
    expect(
      (await api.post(work.path(complaint, '/escalate'), { reason: 'а' }, { key: holder })).status,
    ).toBe(403);
    expect((await api.post(work.path(complaint, '/accept'), {}, { key: holder })).status).toBe(200);
  });

  it('shows an agency its own notes, the desk all, the citizen none', async () => {
    const complaint = await work.assigned();
    const key = await api.keyOf('agency', complaint.agency);
    const before = (await work.read(complaint)).version;

    const own = await api.post(
      work.path(complaint, '/notes'),
      { text: 'Заметка исполнителя' },
      { key },
    );
    const desk = await api.post(work.path(complaint, '/notes'), { text: 'Заметка оператора' });

    expect([own.status, desk.status]).toEqual([201, 201]);
    const seen = async (call = {}) =>
      (await api.get(work.path(complaint, '/notes'), call)).body.items.map((note) => note.text);
    expect(await seen({ key })).toEqual(['Заметка исполнителя']);
    expect(await seen()).toEqual(['Заметка исполнителя', 'Заметка оператора']);
    const told = (await api.get(work.path(complaint, '/timeline'), { key })).body.items
      .filter((event: { type: string }) => event.type === 'note_added')
      .map((event: { data: { text: string | null } }) => event.data.text);
    expect(told).toEqual(['Заметка исполнителя', null]);
    const page = await api.get(`/track/${complaint.token}`, { key: null });
    const tracked = await api.get(`/api/v1/track/${complaint.token}`, { key: null });
    expect(`${page.text}${JSON.stringify(tracked.body)}`).not.toContain('Заметка');
    expect((await work.read(complaint)).version).toBe(before);
  });

  it('tells those whom a note mentions, and nobody else', async () => {
    const complaint = await work.assigned();
    const people = [];
    for (const name of ['Ольга', 'Пётр']) {
      people.push((await api.post('/api/v1/users', { name, role: 'operator' })).body.id);
    }

    await api.post(work.path(complaint, '/notes'), { text: 'Взгляните', mentions: [people[0]] });

    const told = await until(
      async () => (await api.get('/api/v1/notifications')).body,
      ({ items }) => items.some(({ type }: { type: string }) => type === 'mentioned'),
    );
    const notices = told.items.filter(({ type }: { type: string }) => type === 'mentioned');
    expect(notices).toMatchObject([
      { complaint: { id: complaint.id }, user: { id: people[0] }, recipient: 'mentioned' },
    ]);
  });

  it('pages its timeline without skipping or repeating', async () => {
    const complaint = await work.answered();
    const all = await work.events(complaint);

    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `?limit=2${cursor && `&cursor=${cursor}`}`;
      const { body }: Answer = await api.get(work.path(complaint, `/timeline${query}`));
      seen.push(...body.items.map((event: { seq: number }) => event.seq));
      expect(body.total).toBe(all.length);
      cursor = body.nextCursor;
    }

    expect(seen).toEqual(all.map((event) => event.seq));
  });
});
