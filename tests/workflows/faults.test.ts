import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openParts, type DeskParts } from '../support/desk.js';
import { LifeDriver, type Complaint } from '../support/life-driver.js';
import { untilHolds } from '../support/until-holds.js';
import { recordHistory } from '../support/record-history.js';

/** PostgreSQL refuses for a while, a worker goes away in the middle: the complaint is as it would have been. */

let desk: DeskParts;
let life: LifeDriver;

beforeAll(async () => {
  desk = await openParts();
  life = new LifeDriver(desk);
}, 60_000);

afterAll(async () => {
  await desk?.close();
});

/** Holds a complaint's row, so that no step gets at it, until the function it returns is called. */
async function holdRow(complaint: Complaint): Promise<() => Promise<void>> {
  const client = await desk.pool.connect();
  await client.query('begin');
  // A test that goes wrong must not hold the others up for ever.
  await client.query("set local idle_in_transaction_session_timeout = '40s'");
  await client.query('select from complaints where id = $1 for update', [complaint.id]);
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

/** Steps that wait for a row. */
const waitingSteps = async (): Promise<number> => {
  const { rows } = await desk.pool.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and usename is not null
       and wait_event_type = 'Lock' and query like '%complaints%'`,
  );
  return rows[0]!.n;
};

const activitiesOf = async (complaint: Complaint) =>
  (await life.handle(complaint).fetchHistory()).events!.flatMap(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
  );

describe('a step', () => {
  it('that PostgreSQL holds up goes on as an ordinary activity, and is done once', async () => {
    const complaint = await life.sorted();
    const id = await life.commandRow(complaint, 'accept', {});
    const release = await holdRow(complaint);
    const update = await life
      .handle(complaint)
      .startUpdate('accept', { updateId: id, waitForStage: 'ACCEPTED' })
      .catch(() => undefined);
    await untilHolds(async () => (await activitiesOf(complaint)).includes('step'), Boolean, 30_000);

    await release();

    await life.until(complaint, ({ status }) => status === 'in_progress');
    expect(await update?.result()).toMatchObject({ status: 'in_progress', version: 2 });
    expect(await life.types(complaint)).toEqual(['received', 'triaged', 'assigned', 'accepted']);
    expect(await life.replyFinal(complaint)).toMatchObject({ applied: true });
    await life.until(complaint, ({ status }) => status === 'closed');
    await recordHistory(life.handle(complaint), 'step-as-ordinary-activity');
  }, 60_000);

  it('cut off by a stopping worker is done by the next one, once (K15)', async () => {
    const complaint = await life.sorted();
    const id = await life.commandRow(complaint, 'accept', {});
    const release = await holdRow(complaint);
    const update = life.handle(complaint).executeUpdate('accept', { updateId: id });
    await untilHolds(waitingSteps, (n) => n > 0);

    const stopped = desk.stopWorker();
    await release();
    await stopped;
    await desk.startWorker();

    expect(await update).toMatchObject({ status: 'in_progress', version: 2 });
    expect(await life.types(complaint)).toEqual(['received', 'triaged', 'assigned', 'accepted']);
    expect(await life.row(complaint)).toMatchObject({ version: 2 });
  }, 60_000);

  it('of a complaint whose words PostgreSQL refuses to write is tried until it does, and tells Temporal nothing of them', async () => {
    const planted = 'Пётр Безымянный +79990001122';
    const complaint = await life.sorted();
    await desk.pool
      .query(`create or replace function refuse() returns trigger language plpgsql as $$
      begin raise exception 'will not take: ${planted}'; end $$`);
    await desk.pool.query(
      `create trigger refuse before update on complaints for each row when (old.id = '${complaint.id}') execute function refuse()`,
    );
    const id = await life.commandRow(complaint, 'accept', {});
    const update = life.handle(complaint).executeUpdate('accept', { updateId: id });
    await untilHolds(async () => (await activitiesOf(complaint)).includes('step'), Boolean);
    const described = await untilHolds(
      () => life.handle(complaint).describe(),
      ({ raw }) => (raw.pendingActivities?.[0]?.attempt ?? 0) > 1,
    );

    await desk.pool.query('drop trigger refuse on complaints');

    expect(await update).toMatchObject({ status: 'in_progress' });
    expect(JSON.stringify(described.raw.pendingActivities)).not.toContain('Безымянный');
    expect(JSON.stringify(described.raw.pendingActivities)).toContain('P0001');
  }, 60_000);

  it('told twice to a closed complaint leaves a word that came after to the relay', async () => {
    const complaint = await life.sorted();
    await life.command(complaint, 'close', { reason: 'withdrawn' });
    await life.handle(complaint).result();
    const before = await life.types(complaint);

    const { createStep } = await import('../../activities/step/step.js');
    const { fence, run_no: runNo } = await life.row(complaint);
    await life.word(complaint, 'Спасибо', { deliver: false });
    const step = createStep({ pool: desk.pool, region: desk.region, channelOf: () => 'web' });
    const result = await step({
      complaintId: complaint.id,
      runNo,
      fence,
      now: Date.now(),
      cause: { do: 'words' },
    });

    expect(result).toMatchObject({ status: 'closed', closure: 'withdrawn' });
    expect(await life.types(complaint)).toEqual(before);
    const { rows } = await desk.pool.query('select state from inbox where complaint_id = $1', [
      complaint.id,
    ]);
    expect(rows).toEqual([{ state: 'pending' }]);
  });
});

describe('a publication', () => {
  it('that fails is tried again, tells an operator, and tells Temporal nothing of the words', async () => {
    const planted = 'Ответ для Петра Безымянного';
    const complaint = await life.sorted();
    await desk.pool
      .query(`create or replace function refuse() returns trigger language plpgsql as $$
      begin if new.state = 'published' then raise exception 'will not take: ${planted}'; end if; return new; end $$`);
    await desk.pool.query(
      `create trigger refuse before update on publications for each row when (old.complaint_id = '${complaint.id}') execute function refuse()`,
    );
    await life.replyFinal(complaint, planted);
    const { raw } = await untilHolds(
      () => life.handle(complaint).describe(),
      (d) => (d.raw.pendingActivities?.[0]?.attempt ?? 0) > 3,
      20_000,
    );
    const { rows: tasks } = await desk.pool.query(
      'select kind, state from tasks where complaint_id = $1 and kind = $2',
      [complaint.id, 'publication_failing'],
    );

    await desk.pool.query('drop trigger refuse on publications');

    await life.until(complaint, ({ status }) => status === 'closed', 30_000);
    expect(tasks).toEqual([{ kind: 'publication_failing', state: 'open' }]);
    expect(JSON.stringify(raw.pendingActivities)).not.toContain('Безымянного');
    const { rows } = await desk.pool.query(
      'select state, attempts from publications where complaint_id = $1',
      [complaint.id],
    );
    expect(rows).toMatchObject([{ state: 'published' }]);
  }, 60_000);
});
