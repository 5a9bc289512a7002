import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openApi, until, type Answer, type TestApi } from '../support/api.js';
import { caseworkOf, type Casework } from '../support/casework.js';

let api: TestApi;
let work: Casework;
beforeAll(async () => {
  api = await openApi({}, { worker: true });
  work = caseworkOf(api);
}, 180_000);
afterAll(async () => {
  await api.close();
});

const statuses = (answers: Answer[]): number[] => answers.map((answer) => answer.status).sort();

describe('the life of a complaint through the API', () => {
  it('goes from a message to a published answer at the private link', async () => {
    const complaint = await work.assigned();

    const accepted = await api.post(work.path(complaint, '/accept'));
    expect(accepted.body).toMatchObject({ status: 'in_progress', number: complaint.number });
    const reply = await api.post(work.path(complaint, '/replies'), {
      kind: 'final',
      text: 'Ямы заделаны 👍',
      outcome: 'solved',
    });
    expect(reply.status).toBe(201);
    expect(reply.body.replyId).toMatch(/^[0-9a-f-]{36}$/);
    await work.closed(complaint);

    const whole = await work.read(complaint);
    expect(whole).toMatchObject({
      closureReason: 'answered',
      agency: { code: complaint.agency },
      replies: [{ kind: 'final', outcome: 'solved', text: 'Ямы заделаны 👍', state: 'published' }],
    });
    const tracked = await work.follow(complaint);
    expect(tracked.answers).toEqual([
      expect.objectContaining({
        text: 'Ямы заделаны 👍',
        kind: 'final',
        outcome: 'solved',
        revision: 1,
      }),
    ]);
    expect((await work.events(complaint)).map((event) => event.type)).toEqual(
      expect.arrayContaining(['received', 'triaged', 'assigned', 'accepted', 'replied', 'closed']),
    );
  });

  it('shows its clocks with the days that did not count', async () => {
    const { clocks } = await work.read(await work.assigned());

    expect(clocks).toMatchObject({
      paused: false,
      acceptBy: expect.any(String),
      resolveBy: expect.any(String),
    });
    expect(clocks.details.map((clock: { kind: string }) => clock.kind)).toEqual([
      'acceptance',
      'first_reply',
      'resolution',
    ]);
    expect(clocks.details[2]?.skipped[0]).toEqual({
      date: expect.any(String),
      reason: expect.any(String),
    });
  });

  it('refuses with the state and what it allows, and changes nothing', async () => {
    const complaint = await work.answered();
    const before = await work.events(complaint);

    for (const [command, body] of [
      ['accept', {}],
      ['replies', { kind: 'final', text: 'Ещё раз' }],
      ['reject', { code: 'spam' }],
      ['close', { reason: 'withdrawn' }],
      ['assign', { agency: complaint.agency }],
    ] as const) {
      const { status, body: problem } = await api.post(work.path(complaint, `/${command}`), body);
      expect(status).toBe(409);
      expect(problem).toMatchObject({
        code: 'state_forbids',
        status: 'closed',
        allowed: ['reopen', 'correct', 'rate'],
      });
    }
    expect(await work.events(complaint)).toEqual(before);
  });

  it('refuses from the workflow, too, when the row was not asked', async () => {
    const complaint = await work.assigned();

    const answers = await Promise.all([
      api.post(work.path(complaint, '/accept')),
      api.post(work.path(complaint, '/accept')),
      api.post(work.path(complaint, '/accept')),
    ]);

    expect(statuses(answers)).toEqual([200, 409, 409]);
  });

  it('takes one of two different final replies sent at once', async () => {
    const complaint = await work.assigned();

    const answers = await Promise.all([
      api.post(work.path(complaint, '/replies'), { kind: 'final', text: 'Первый ответ' }),
      api.post(work.path(complaint, '/replies'), { kind: 'final', text: 'Второй ответ' }),
    ]);
    await work.closed(complaint);

    expect(statuses(answers)).toEqual([201, 409]);
    const tracked = await work.follow(complaint);
    expect(tracked.answers).toHaveLength(1);
  });

  it('knows the same words sent twice as one reply', async () => {
    const complaint = await work.assigned();
    const reply = { kind: 'interim', text: 'Работаем над этим' };

    const answers = await Promise.all([
      api.post(work.path(complaint, '/replies'), reply),
      api.post(work.path(complaint, '/replies'), { ...reply, text: ' Работаем  над этим' }),
    ]);

    expect(statuses(answers)).toEqual([201, 409]);
    expect(answers.find((answer) => answer.status === 409)!.body.code).toBe('identical_reply');
  });

  it('gives a repeated command under one key its first answer', async () => {
    const complaint = await work.assigned();
    const call = { headers: { 'idempotency-key': `reply-${complaint.id}` } };
    const reply = { kind: 'interim', text: 'Выехали на место' };

    const first = await api.post(work.path(complaint, '/replies'), reply, call);
    const again = await api.post(work.path(complaint, '/replies'), reply, call);
    const other = await api.post(
      work.path(complaint, '/replies'),
      { ...reply, text: 'Иное' },
      call,
    );

    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
    expect((await work.read(complaint)).replies).toHaveLength(1);
  });

  it('lets one of several commands win that were sent at once on the same version', async () => {
    const complaint = await work.assigned();
    const seen = (await api.get(work.path(complaint))).headers.get('etag')!;

    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        api.post(
          work.path(complaint, '/escalate'),
          { reason: 'Срочно' },
          { headers: { 'if-match': seen } },
        ),
      ),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
    const now = await work.read(complaint);
    expect(now).toMatchObject({ level: 1 });
    const refused = answers.find(({ status }) => status === 412)!;
    expect(refused.body).toMatchObject({ code: 'stale_version', version: now.version });
  });

  it('carries out a command only on the version that was seen', async () => {
    const complaint = await work.assigned();
    const seen = (await api.get(work.path(complaint))).headers.get('etag')!;

    const stale = await api.post(
      work.path(complaint, '/accept'),
      {},
      { headers: { 'if-match': '"0"' } },
    );
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ code: 'stale_version', version: Number(seen.slice(1, -1)) });
    const weak = await api.post(
      work.path(complaint, '/accept'),
      {},
      { headers: { 'if-match': `W/${seen}` } },
    );
    expect(weak.status).toBe(412);
    const broken = await api.post(
      work.path(complaint, '/accept'),
      {},
      { headers: { 'if-match': '3' } },
    );
    expect(broken.status).toBe(400);
    const fresh = await api.post(
      work.path(complaint, '/accept'),
      {},
      { headers: { 'if-match': `"0", ${seen}` } },
    );
    expect(fresh.status).toBe(200);
    expect(fresh.headers.get('etag')).toBe(`"${fresh.body.version}"`);
  });

  it('keeps a draft until it is handed in', async () => {
    const complaint = await work.assigned();

    const draft = await api.post(work.path(complaint, '/replies'), {
      kind: 'final',
      text: 'Черновик',
      submit: false,
    });
    expect(draft.status).toBe(201);
    expect((await work.read(complaint)).replies).toMatchObject([{ state: 'draft' }]);
    const sent = await api.post(work.path(complaint, `/replies/${draft.body.replyId}/submit`));

    expect(sent.status).toBe(200);
    await work.closed(complaint);
  });

  it('stops the clocks while the citizen is asked, until the answer comes', async () => {
    const complaint = await work.assigned();

    const asked = await api.post(work.path(complaint, '/ask'), { text: 'Какой дом?' });
    expect(asked.body.status).toBe('waiting_citizen');
    expect((await work.read(complaint)).clocks.paused).toBe(true);
    const word = { text: 'Дом пять', messageId: 'm1' };
    const sent = [
      await api.post(`/api/v1/track/${complaint.token}/messages`, word, { key: null }),
      await api.post(`/api/v1/track/${complaint.token}/messages`, word, { key: null }),
    ];
    const whole = await until(
      () => work.read(complaint),
      (seen) => seen.status === 'in_progress',
    );

    expect(sent.map((answer) => [answer.status, answer.body.duplicate])).toEqual([
      [202, false],
      [202, true],
    ]);
    expect(whole.clocks.paused).toBe(false);
    const words = (await work.events(complaint)).filter((event) => event.type === 'citizen_wrote');
    expect(words).toMatchObject([{ actor: 'citizen', data: { text: 'Дом пять' } }]);
  });

  it('rejects with a coded reason whose words staff can read', async () => {
    const complaint = await work.taken();

    const wrong = await api.post(work.path(complaint, '/reject'), { code: 'boring' });
    const right = await api.post(work.path(complaint, '/reject'), {
      code: 'no_facts',
      reason: 'Нет адреса',
    });

    expect([wrong.status, wrong.body.fields[0]?.path]).toEqual([422, 'code']);
    expect(right.body).toMatchObject({
      status: 'closed',
      closureReason: 'rejected',
      rejectCode: 'no_facts',
    });
    expect((await work.events(complaint)).at(-1)).toMatchObject({
      type: 'closed',
      data: { code: 'no_facts', reason: 'Нет адреса' },
      refs: { reason: { id: expect.any(String), digest: expect.any(String) } },
    });
  });
});
