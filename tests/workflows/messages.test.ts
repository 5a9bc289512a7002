import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { v7 as uuid } from 'uuid';
import { createDeskClient } from '../../src/temporal/desk-client.js';
import { openParts, type DeskParts } from '../support/desk.js';
import { LifeDriver, type Complaint } from '../support/life-driver.js';
import { untilHolds } from '../support/until-holds.js';

/** What a run does about the messages it gets: in order, twice, too late, not allowed, or not meant for it. */

let desk: DeskParts;
let life: LifeDriver;

beforeAll(async () => {
  desk = await openParts();
  life = new LifeDriver(desk);
}, 60_000);

afterAll(async () => {
  await desk?.close();
});

const closed = async (complaint: Complaint, reason: string): Promise<void> => {
  await life.until(complaint, ({ status }) => status === 'closed');
  expect((await life.row(complaint)).closure_reason).toBe(reason);
};

const commandStates = async (complaint: Complaint): Promise<string[]> => {
  const { rows } = await desk.pool.query<{ state: string }>(
    'select state from commands where complaint_id = $1 order by id',
    [complaint.id],
  );
  return rows.map(({ state }) => state);
};

describe('a command', () => {
  it('that the state forbids is refused with what is allowed, and leaves nothing in the history', async () => {
    const complaint = await life.sorted();
    // Sorted in PostgreSQL, and told to Temporal.
    const { historyLength: before } = await untilHolds(
      () => life.handle(complaint).describe(),
      ({ historyLength }) => historyLength >= 7,
    );

    const outcome = await life.command(complaint, 'approve', { replyId: uuid() });

    expect(outcome).toMatchObject({
      applied: false,
      code: 'state_forbids',
      status: 'assigned',
      allowed: expect.arrayContaining(['accept', 'assign']),
    });
    expect((await life.handle(complaint).describe()).historyLength).toBe(before);
    expect(await life.types(complaint)).toEqual(['received', 'triaged', 'assigned']);
  });

  it('that is not named by the UUID of a row is refused at the door', async () => {
    const complaint = await life.sorted();

    const sent = life.handle(complaint).executeUpdate('accept', { args: ['not a uuid'] });

    await expect(sent).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
  });

  it('of no row, or of one of another complaint, is refused and changes nothing', async () => {
    const [complaint, other] = [await life.sorted(), await life.sorted()];
    const foreign = await life.commandRow(other, 'accept', {});
    const { command } = createDeskClient(desk.client);

    expect(await command(complaint, { id: uuid(), type: 'accept' })).toMatchObject({
      applied: false,
      code: 'invalid',
    });
    expect(await command(complaint, { id: foreign, type: 'accept' })).toMatchObject({
      applied: false,
      code: 'invalid',
    });
    expect(await commandStates(other)).toEqual(['pending']);
  });

  it('sent twice is carried out once, and answers the same', async () => {
    const complaint = await life.sorted();
    const id = await life.commandRow(complaint, 'accept', {});
    const { command } = createDeskClient(desk.client);

    const answers = await Promise.all([
      command(complaint, { id, type: 'accept' }),
      command(complaint, { id, type: 'accept' }),
    ]);
    const byHand = await life.handle(complaint).executeUpdate('escalate', { args: [id] });

    expect(answers[0]).toEqual(answers[1]);
    expect(byHand).toMatchObject({ status: 'in_progress', version: 2 });
    expect(await life.types(complaint)).toEqual(['received', 'triaged', 'assigned', 'accepted']);
  });

  it('that reopens is not taken from a run that lives', async () => {
    const complaint = await life.sorted();
    const id = await life.commandRow(complaint, 'reopen', { cause: 'operator' });

    expect(await life.handle(complaint).executeUpdate('accept', { args: [id] })).toMatchObject({
      refused: { code: 'invalid' },
    });
  });

  it('that comes as the complaint closes is refused in its answer and in its row, never called done', async () => {
    const complaint = await life.sorted();

    const reason = await life.text(complaint, 'reason', 'не наше');

    // One that the run did not even see is answered 503 and can be sent again.
    const outcomes = await Promise.all(
      [
        life.command(complaint, 'close', { reason: 'withdrawn' }),
        life.command(complaint, 'reject', { code: 'spam' }),
        life.command(complaint, 'accept', {}),
        life.command(complaint, 'handover', { reason }),
      ].map((sent) => sent.catch(() => undefined)),
    );

    await life.until(complaint, ({ status }) => status === 'closed');
    const closings = (await life.types(complaint)).filter((type) => type === 'closed');
    expect(closings).toHaveLength(1);
    const applied = outcomes.filter((outcome) => outcome?.applied).length;
    expect((await commandStates(complaint)).filter((state) => state === 'applied')).toHaveLength(
      applied,
    );
  });

  it('of two final replies at once lets one through', async () => {
    const complaint = await life.sorted();

    const outcomes = await Promise.all([
      life.replyFinal(complaint, 'Сделано.'),
      life.replyFinal(complaint, 'Уже сделано.'),
    ]);

    expect(outcomes.filter(({ applied }) => applied)).toHaveLength(1);
    await closed(complaint, 'answered');
    const { rows } = await desk.pool.query(
      'select state from publications where complaint_id = $1',
      [complaint.id],
    );
    expect(rows).toEqual([{ state: 'published' }]);
  });

  it('about a publication that is none of the final reply’s gives nothing up', async () => {
    const complaint = await life.sorted();
    await life.command(complaint, 'accept', {});
    // The answer stays on its way: its only destination needs a person.
    await desk.pool.query(
      `create or replace function hold() returns trigger language plpgsql as $$ begin new.state := 'blocked'; return new; end $$`,
    );
    await desk.pool.query(
      `create trigger hold before insert on publications for each row execute function hold()`,
    );
    await life.replyFinal(complaint);
    await desk.pool.query('drop trigger hold on publications');
    const reason = await life.text(complaint, 'reason', 'страница удалена');

    expect(await life.command(complaint, 'waive', { publication: uuid(), reason })).toMatchObject({
      applied: false,
      code: 'invalid',
    });
    expect(await life.row(complaint)).toMatchObject({ status: 'publishing' });
    const { rows } = await desk.pool.query<{ id: string }>(
      'select id from publications where complaint_id = $1',
      [complaint.id],
    );
    expect(
      await life.command(complaint, 'waive', { publication: rows[0]!.id, reason }),
    ).toMatchObject({ applied: true, status: 'closed' });
    expect((await life.types(complaint)).slice(-3)).toEqual(['waived', 'published', 'closed']);
    expect(await life.handle(complaint).result()).toBe('answered');
  });
});

describe('a signal', () => {
  it('escalates, replies and tells of a word', async () => {
    const complaint = await life.sorted();
    const handle = life.handle(complaint);

    await handle.signal('escalate');
    await life.until(complaint, ({ level }) => level === 1);
    await life.word(complaint, 'И ещё тротуар.', { deliver: false });
    await handle.signal('citizenWrote');
    await untilHolds(
      () => life.types(complaint),
      (types) => types.includes('citizen_wrote'),
    );
    await handle.signal('reply', { replyId: await life.reply(complaint, 'final') });

    await closed(complaint, 'answered');
    expect(await life.types(complaint)).toEqual([
      'received',
      'triaged',
      'assigned',
      'escalated',
      'citizen_wrote',
      'accepted',
      'replied',
      'published',
      'closed',
    ]);
  });

  it('that is refused is told on the timeline, and the run lives on', async () => {
    const complaint = await life.sorted();
    const handle = life.handle(complaint);
    const question = await life.reply(complaint, 'question');

    for (const message of [
      { replyId: 'Иванов Иван' },
      { replyId: uuid() },
      { replyId: question },
      {},
      null,
    ]) {
      await handle.signal('reply', message);
    }
    const events = await untilHolds(
      () => life.events(complaint),
      (all) => all.filter(({ type }) => type === 'refused').length === 5,
    );

    expect(events.slice(-5).map(({ data }) => [data.command, data.code])).toEqual(
      Array.from({ length: 5 }, () => ['replyFinal', 'invalid']),
    );
    expect(JSON.stringify(events)).not.toContain('Иванов');
    expect(await life.command(complaint, 'accept', {})).toMatchObject({ applied: true });
  });

  it('to escalate above the top is a refusal on the timeline', async () => {
    const complaint = await life.sorted();
    for (let level = 0; level < 5; level += 1) {
      await life.handle(complaint).signal('escalate');
    }

    const types = await untilHolds(
      () => life.types(complaint),
      (all) => all.includes('refused'),
    );

    expect(types.filter((type) => type === 'escalated')).toHaveLength(4);
  });
});

describe('a citizen’s word', () => {
  it('on an answered complaint reopens it, in a new run', async () => {
    const complaint = await life.sorted();
    await life.replyFinal(complaint);
    await closed(complaint, 'answered');

    await life.word(complaint, 'Ничего не сделано, ямы на месте');

    await life.until(
      complaint,
      ({ status, run_no: runNo }) => status === 'assigned' && runNo === 2,
    );
    expect((await life.types(complaint)).slice(-3)).toEqual([
      'reopened',
      'assigned',
      'citizen_wrote',
    ]);
  });

  it('that races with the closing is on the timeline or reopens, and is never lost (K01)', async () => {
    const complaints = await Promise.all(Array.from({ length: 20 }, () => life.sorted()));

    await Promise.all(
      complaints.flatMap((complaint, i) => [
        life.replyFinal(complaint),
        new Promise((resolve) => setTimeout(resolve, i * 8)).then(() =>
          life.word(complaint, 'Ямы на месте'),
        ),
      ]),
    );

    for (const complaint of complaints) {
      const types = await untilHolds(
        () => life.types(complaint),
        (all) => all.includes('citizen_wrote'),
        30_000,
      );
      expect(types.filter((type) => type === 'citizen_wrote')).toHaveLength(1);
      const { rows } = await desk.pool.query(
        `select from inbox where complaint_id = $1 and state = 'pending'`,
        [complaint.id],
      );
      expect(rows).toHaveLength(0);
    }
  }, 60_000);
});

describe('a citizen who writes 100 messages at once', () => {
  it('wakes the run a few times, and has each of them on the timeline in order', async () => {
    const complaint = await life.sorted();
    const start = Date.now();

    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        life.word(complaint, `Слово ${i}`, { receivedAt: start + i }),
      ),
    );

    const events = await untilHolds(
      () => life.events(complaint),
      (all) => all.filter(({ type }) => type === 'citizen_wrote').length === 100,
    );
    const instants = events.filter(({ type }) => type === 'citizen_wrote').map(({ at }) => at);
    expect(new Set(instants).size).toBeGreaterThan(1);
    const history = await life.handle(complaint).fetchHistory();
    expect(
      history.events!.filter((event) => event.workflowExecutionSignaledEventAttributes).length,
    ).toBeLessThan(60);
  });
});
