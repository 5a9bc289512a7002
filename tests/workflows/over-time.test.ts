import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { openCalendar, type WorkingCalendar } from '../../src/domain/working-time.js';
import { openParts, type DeskParts } from '../support/desk.js';
import { LifeDriver, type Complaint } from '../support/life-driver.js';
import { recordHistory } from '../support/record-history.js';
import { testServerPath } from '../support/servers.js';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/names.js';

/** Days pass in an instant: the server skips time, the steps run on the real PostgreSQL. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let time: TestWorkflowEnvironment;
let desk: DeskParts;
let life: LifeDriver;
let calendar: WorkingCalendar;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  time = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: await testServerPath() } },
  });
  desk = await openParts({ TEMPORAL_ADDRESS: time.address }, { worker: false });
  // The product's own way lists them first, which this server does not know.
  await desk.client.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(
      Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [
        name,
        { KEYWORD: 2, INT: 3, DATETIME: 6 }[type],
      ]),
    ),
  });
  await desk.startWorker();
  life = new LifeDriver(desk, () => time.currentTimeMs());
  calendar = openCalendar((await desk.region.current()).calendars.get('region')!);
}, 60_000);

afterAll(async () => {
  await desk?.close();
  await time?.teardown();
});

const climbsOf = async (complaint: Complaint) =>
  (await life.events(complaint))
    .filter(({ type }) => type === 'escalated')
    .map(({ at, data }) => ({ at, level: data.level, recipient: data.recipient }));

/** So many working hours after the complaint's receipt. */
const workingAfter = async (complaint: Complaint, hours: number): Promise<number> =>
  calendar.addWorking((await life.row(complaint)).received_at.getTime(), hours * HOUR_MS).at;

describe('over days', () => {
  it('a complaint that nobody accepts climbs the whole ladder at its instants, and no further', async () => {
    const complaint = await life.sorted();

    await time.sleep('30 days');

    // Acceptance is missed after 2 hours, the levels above follow after 2 and 2; the missed first reply (9) makes it 4.
    expect(await climbsOf(complaint)).toEqual([
      { at: await workingAfter(complaint, 2), level: 1, recipient: 'coordinator' },
      { at: await workingAfter(complaint, 4), level: 2, recipient: 'head' },
      { at: await workingAfter(complaint, 6), level: 3, recipient: 'curator' },
      { at: await workingAfter(complaint, 9), level: 4, recipient: 'governors_office' },
    ]);
    await life.until(complaint, ({ wake_at: wakeAt }) => wakeAt === null);
    expect(await life.row(complaint)).toMatchObject({ status: 'assigned', level: 4 });
    const breaches = (await life.events(complaint)).filter(({ type }) => type === 'breached');
    expect(breaches.map(({ data }) => data.clock)).toEqual([
      'acceptance',
      'first_reply',
      'resolution',
    ]);
    const notices = await desk.pool.query(
      // One that is just being told may be in both.
      `select payload ->> 'subject' as subject from outbox where complaint_id = $1 and payload ->> 'type' = 'escalated'
      union select substring(subject from 'escalated/[0-9]+/[0-9]+') from notifications
        where complaint_id = $1 and type = 'escalated'`,
      [complaint.id],
    );
    expect(notices.rows).toHaveLength(4);
    await recordHistory(life.handle(complaint), 'escalated-to-top');
  }, 60_000);

  it('a complaint in triage climbs to the operators and the curators alone', async () => {
    const complaint = await life.sorted('Здравствуйте');
    expect(await life.row(complaint)).toMatchObject({ status: 'triage' });

    await time.sleep('30 days');

    expect((await climbsOf(complaint)).map(({ level, recipient }) => [level, recipient])).toEqual([
      [1, 'operators'],
      [3, 'curator'],
    ]);
  }, 60_000);

  it('a question that nobody answers closes the complaint after three days, with nothing missed', async () => {
    const complaint = await life.sorted();
    await life.ask(complaint);
    const asked = (await life.events(complaint)).find(({ type }) => type === 'asked')!;

    await time.sleep('4 days');

    await life.until(complaint, ({ status }) => status === 'closed');
    expect(await life.row(complaint)).toMatchObject({
      closure_reason: 'no_response',
      level: 0,
      closed_at: new Date(asked.at + 3 * DAY_MS),
    });
    expect(await life.types(complaint)).toEqual([
      'received',
      'triaged',
      'assigned',
      'accepted',
      'asked',
      'closed',
    ]);
    expect(await life.handle(complaint).result()).toBe('no_response');
  }, 60_000);

  it('an answer after a day resumes the complaint, and its dues move by the time it waited', async () => {
    const complaint = await life.sorted();
    await life.ask(complaint);
    const dues = (await life.row(complaint)).process.clocks;
    await time.sleep('1 day');

    await life.word(complaint);
    const row = await life.until(complaint, ({ status }) => status === 'in_progress');

    const events = await life.events(complaint);
    const [asked, wrote] = ['asked', 'citizen_wrote'].map(
      (type) => events.find((event) => event.type === type)!.at,
    );
    const waited = calendar.workingBetween(asked!, wrote!);
    expect(
      calendar.workingBetween(dues.first_reply.heldDueAt, row.process.clocks.first_reply.dueAt),
    ).toBe(waited);
    expect(row.process.waiting).toBeNull();
    expect((await life.types(complaint)).slice(-3)).toEqual(['asked', 'citizen_wrote', 'resumed']);
    await recordHistory(life.handle(complaint), 'cancelled-timers');
  }, 60_000);

  it('an answer that came before the limit counts although it is found after it', async () => {
    const complaint = await life.sorted();
    await life.ask(complaint);
    const at = await time.currentTimeMs();
    await life.word(complaint, 'Дом 7.', { receivedAt: at + DAY_MS, deliver: false });

    await time.sleep('5 days');

    expect((await life.row(complaint)).closure_reason).toBeNull();
    const word = (await life.events(complaint)).find(({ type }) => type === 'citizen_wrote');
    expect(word).toMatchObject({ at: at + DAY_MS, actor: 'citizen' });
  }, 60_000);

  it('a due that lay in the past at the start is told at once, without a timer of nothing (K14)', async () => {
    const now = await time.currentTimeMs();
    const complaint = await life.sorted(undefined, { receivedAt: now - 30 * DAY_MS });

    const row = await life.row(complaint);
    expect(row.level).toBe(4);
    const events = await life.events(complaint);
    expect(
      events
        .filter(({ type }) => type === 'breached')
        .every(({ data }) => Number(data.recordedAt) >= now),
    ).toBe(true);
    const history = await life.handle(complaint).fetchHistory();
    const timers = history.events!.flatMap((event) => event.timerStartedEventAttributes ?? []);
    await recordHistory(life.handle(complaint), 'due-before-start');
    expect(timers.every(({ startToFireTimeout }) => Number(startToFireTimeout?.seconds) > 0)).toBe(
      true,
    );
  }, 60_000);

  it('a promise to the citizen is kept track of on its own', async () => {
    const complaint = await life.sorted();
    const promisedAt = (await time.currentTimeMs()) + 2 * DAY_MS;
    const replyId = await life.reply(complaint, 'interim', 'Сделаем послезавтра.', promisedAt);
    expect(await life.command(complaint, 'replyInterim', { replyId })).toMatchObject({
      applied: true,
      status: 'in_progress',
    });

    await time.sleep('3 days');

    const breaches = (await life.events(complaint)).filter(({ type }) => type === 'breached');
    expect(breaches).toMatchObject([{ at: promisedAt, data: { clock: 'promise' } }]);
    expect(await life.row(complaint)).toMatchObject({ status: 'in_progress' });
  }, 60_000);

  it('a closed complaint stays as it was left', async () => {
    const complaint = await life.sorted();
    await life.command(complaint, 'close', { reason: 'withdrawn' });
    const before = await life.types(complaint);

    await time.sleep('30 days');

    expect(await life.types(complaint)).toEqual(before);
  }, 60_000);
});
