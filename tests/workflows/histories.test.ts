import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { v7 as uuid } from 'uuid';
import { publicationWorkflowId } from '../../src/temporal/names.js';
import { openParts, type DeskParts } from '../support/desk.js';
import { LifeDriver, POTHOLES, type Complaint } from '../support/life-driver.js';
import { untilHolds } from '../support/until-holds.js';
import { recordHistory } from '../support/record-history.js';

/** What Temporal keeps of a complaint: little, readable for admins, and nothing of what people wrote. */

const { HistoryEvent } = temporal.api.history.v1;
const TYPE = temporal.api.enums.v1.EventType;

let desk: DeskParts;
let life: LifeDriver;

beforeAll(async () => {
  // A production's queue is named `otklik`, six characters: the name is in many events.
  desk = await openParts({ OTKLIK_TASK_QUEUE: `t${uuid().slice(-5)}` }, { worker: false });
  life = new LifeDriver(desk);
  // Replies of one agency wait for an approval.
  await desk.pool.query(
    `update region_items set body = body || '{"approval": {"interim": true, "final": true}}' where kind = 'agency' and code = 'adm-bor'`,
  );
  await desk.startWorker();
  // The first life of a process also reads the region and prepares the classifier.
  await life.sorted();
}, 60_000);

afterAll(async () => {
  await desk?.close();
});

const closed = (complaint: Complaint) => life.until(complaint, ({ status }) => status === 'closed');
const agencyId = async (code: string): Promise<string> =>
  (await desk.region.current()).agencyByRef(code)!.id;
const reason = (complaint: Complaint, words = 'причина') => life.text(complaint, 'reason', words);

async function eventsOf(handle: WorkflowHandle): Promise<temporal.api.history.v1.IHistoryEvent[]> {
  return (await handle.fetchHistory()).events!;
}

const countOf = (
  events: temporal.api.history.v1.IHistoryEvent[],
  type: temporal.api.enums.v1.EventType,
): number => events.filter(({ eventType }) => eventType === type).length;

describe('an ordinary life', () => {
  it('is at most 31 events, 5,000 bytes and 5 workflow tasks, summaries included', async () => {
    const complaint = await life.sorted();
    // The two commands come as people send them, after the run has gone to rest.
    await untilHolds(
      () => life.handle(complaint).describe(),
      ({ historyLength }) => historyLength >= 7,
    );
    await life.command(complaint, 'accept', {});
    await life.replyFinal(complaint);
    await closed(complaint);
    await life.handle(complaint).result();

    const { historyLength, historySize } = await life.handle(complaint).describe();
    const events = await eventsOf(life.handle(complaint));
    expect(historyLength).toBeLessThanOrEqual(31);
    expect(historySize).toBeLessThanOrEqual(5_000);
    expect(countOf(events, TYPE.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)).toBeLessThanOrEqual(5);
    expect(countOf(events, TYPE.EVENT_TYPE_WORKFLOW_TASK_FAILED)).toBe(0);
    await recordHistory(life.handle(complaint), 'ordinary-life');
  });

  it('re-arms its timer only when the next due moves', async () => {
    const complaint = await life.sorted();
    await life.command(complaint, 'coExecution', {
      agency: await agencyId('adm-bor'),
      text: await reason(complaint),
    });
    await life.command(complaint, 'delegate', { executor: uuid() });

    const events = await eventsOf(life.handle(complaint));

    expect(countOf(events, TYPE.EVENT_TYPE_TIMER_STARTED)).toBe(1);
    expect(countOf(events, TYPE.EVENT_TYPE_TIMER_CANCELED)).toBe(0);
  });
});

describe('an admin', () => {
  it('sees summary, details and search attributes of a complaint, and what each timer and activity is for', async () => {
    const complaint = await life.sorted();
    await life.command(complaint, 'escalate', {});
    await untilHolds(
      () => life.handle(complaint).describe(),
      ({ searchAttributes }) => 'EscalationLevel' in searchAttributes,
    );

    const described = await life.handle(complaint).describe();
    const { due_at: dueAt, wake_at: wakeAt } = await life.row(complaint);
    expect(await described.staticSummary()).toBe(complaint.number);
    expect(described.searchAttributes).toMatchObject({
      ComplaintStatus: ['assigned'],
      Topic: ['roads.potholes'],
      Agency: ['adm-arzamas'],
      Municipality: ['arzamas'],
      Source: ['vk'],
      Priority: ['ordinary'],
      EscalationLevel: [1],
      DueAt: [dueAt],
    });
    const metadata = await life
      .handle(complaint)
      .query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain(`**${complaint.number}**: assigned`);
    expect(metadata.currentDetails).toContain(`next due: ${wakeAt.toISOString().slice(0, 16)}Z`);
    expect(metadata.currentDetails).toContain('escalation level: 1');
    expect(metadata.currentDetails).toContain(`/api/v1/complaints/${complaint.number}`);

    await life.replyFinal(complaint);
    await closed(complaint);
    const events = await eventsOf(life.handle(complaint));
    const named = events.filter(({ eventType }) =>
      [
        TYPE.EVENT_TYPE_TIMER_STARTED,
        TYPE.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
        TYPE.EVENT_TYPE_MARKER_RECORDED,
      ].includes(eventType!),
    );
    const summaries = named.map(({ userMetadata }) =>
      defaultPayloadConverter.fromPayload<string>(userMetadata!.summary!),
    );
    expect(summaries).toEqual(
      expect.arrayContaining([
        'open',
        'command',
        'publish by web',
        expect.stringMatching(/^due \d{4}-\d\d-\d\dT\d\d:\d\dZ$/),
      ]),
    );
    expect(summaries.every((summary) => summary.length > 0)).toBe(true);
  });
});

/** Words, names and ways to reach people that must stay in PostgreSQL. */
const PLANTED = {
  text: 'Лиственничная аллея провалилась у подъезда',
  name: 'Святополк Незабвенный',
  handle: 'svyatopolk_nezabvenny',
  contact: 'svyatopolk@example.org',
  phone: '+79990001122',
  word: 'Дом 17 за гаражами',
  interim: 'Бригада выедет послезавтра утром',
  final: 'Заделано бригадой Кузьмина',
  question: 'Уточните ориентир у въезда',
  reason: 'Граница участка за дамбой',
};

describe('an eventful life', () => {
  it('goes through question, word, interim reply, extension, review, return, hand-over, merge and reopenings', async () => {
    const complaint = await life.sorted(`${POTHOLES}. ${PLANTED.text}. ${PLANTED.phone}`, {
      author: { name: PLANTED.name, handle: PLANTED.handle, contact: PLANTED.contact },
      personKey: Buffer.from('person-1'),
    });
    const [bor, said] = [await agencyId('adm-bor'), await reason(complaint, PLANTED.reason)];
    const applied = { applied: true };

    expect(await life.ask(complaint, PLANTED.question)).toMatchObject({
      ...applied,
      status: 'waiting_citizen',
    });
    await life.word(complaint, PLANTED.word);
    await life.until(complaint, ({ status }) => status === 'in_progress');
    const interim = await life.reply(
      complaint,
      'interim',
      PLANTED.interim,
      Date.now() + 3 * 86_400_000,
    );
    expect(await life.command(complaint, 'replyInterim', { replyId: interim })).toMatchObject({
      ...applied,
      status: 'in_progress',
    });
    const { resolve_by: resolveBy } = await life.row(complaint);
    const until = resolveBy.getTime() + 86_400_000;
    const extensionId = uuid();
    await desk.pool.query(
      `insert into extensions (id, complaint_id, until, reason_id, actor, created_at) values ($1, $2, $3, $4, 'system', now())`,
      [extensionId, complaint.id, new Date(until), said.id],
    );
    expect(
      await life.command(complaint, 'extend', { extensionId, until, reason: said }),
    ).toMatchObject(applied);
    expect(await life.command(complaint, 'approveExtension', { extensionId, until })).toMatchObject(
      applied,
    );
    expect(await life.command(complaint, 'escalate', { reason: said })).toMatchObject(applied);
    expect(await life.command(complaint, 'handover', { agency: bor, reason: said })).toMatchObject({
      ...applied,
      status: 'assigned',
    });
    const replyId = await life.reply(complaint, 'final', PLANTED.final);
    expect(await life.command(complaint, 'replyFinal', { replyId })).toMatchObject({
      ...applied,
      status: 'in_review',
    });
    expect(await life.command(complaint, 'return', { replyId, reason: said })).toMatchObject({
      ...applied,
      status: 'in_progress',
    });
    expect(await life.command(complaint, 'replyFinal', { replyId })).toMatchObject({
      ...applied,
      status: 'in_review',
    });

    const into = await life.sorted();
    expect(
      await life.command(complaint, 'merge', { into: into.id, intoNumber: into.number }),
    ).toMatchObject({ ...applied, status: 'closed' });
    await recordHistory(life.handle(complaint), 'eventful-life');
    await life.runCommand(complaint, 'unmerge', {});
    await life.until(
      complaint,
      ({ status, run_no: runNo }) => status === 'assigned' && runNo === 2,
    );
    expect(await life.command(complaint, 'replyFinal', { replyId })).toMatchObject({
      ...applied,
      status: 'in_review',
    });
    expect(await life.command(complaint, 'approve', { replyId })).toMatchObject({
      ...applied,
      status: 'publishing',
    });
    await closed(complaint);
    await life.runCommand(complaint, 'reopen', { cause: 'operator', reason: said });
    await life.until(
      complaint,
      ({ status, run_no: runNo }) => status === 'assigned' && runNo === 3,
    );
    expect(
      await life.command(complaint, 'reject', { code: 'no_facts', reason: said }),
    ).toMatchObject({ ...applied, status: 'closed' });
    await recordHistory(life.handle(complaint), 'reopened-by-command');

    expect(await life.types(complaint)).toEqual([
      ...[
        'received',
        'triaged',
        'assigned',
        'accepted',
        'asked',
        'citizen_wrote',
        'resumed',
        'replied',
        'extension_requested',
        'extended',
      ],
      ...[
        'escalated',
        'handed_over',
        'assigned',
        'accepted',
        'reply_submitted',
        'returned',
        'reply_submitted',
        'closed',
      ],
      ...[
        'unmerged',
        'assigned',
        'accepted',
        'reply_submitted',
        'approved',
        'replied',
        'published',
        'closed',
      ],
      ...['reopened', 'assigned', 'closed'],
    ]);
    expect((await life.row(complaint)).process.counters).toMatchObject({
      handovers: 1,
      reopenings: 1,
      // Those of the life before do not count in the new one.
      extensions: 0,
    });
    await untilHolds(
      async () =>
        (await desk.client.workflow.getHandle(publicationWorkflowId(interim, 1)).describe()).status
          .name,
      (status) => status === 'COMPLETED',
    );
  }, 60_000);

  it('of a merged complaint has the answer published on its thread too, also by way of another merge', async () => {
    const [a, b, c] = [await life.sorted(), await life.sorted(), await life.sorted()];
    await life.command(c, 'merge', { into: b.id, intoNumber: b.number });
    await life.command(b, 'merge', { into: a.id, intoNumber: a.number });

    await life.replyFinal(a);
    await closed(a);

    const { rows } = await desk.pool.query<{ complaint_id: string }>(
      `select complaint_id from publications where state = 'published' and complaint_id = any($1)`,
      [[a.id, b.id, c.id]],
    );
    expect(rows.map((row) => row.complaint_id).sort()).toEqual([a.id, b.id, c.id].sort());
  });
});

describe('every history of this file', () => {
  it('holds nothing of what people wrote, nor who they are', async () => {
    const found = new Set<string>();
    let histories = 0;
    const words = Object.entries(PLANTED).flatMap(([name, text]) => [
      [name, Buffer.from(text)] as const,
      [name, Buffer.from(text.slice(0, 12))] as const,
    ]);
    for await (const { workflowId, runId } of desk.client.workflow.list({
      query: `TaskQueue = '${desk.config.OTKLIK_TASK_QUEUE}'`,
    })) {
      histories += 1;
      const events = await eventsOf(desk.client.workflow.getHandle(workflowId, runId));
      const bytes = Buffer.concat(events.map((event) => HistoryEvent.encode(event).finish()));
      for (const [name] of words.filter(([, planted]) => bytes.includes(planted))) {
        found.add(`${name} in ${workflowId}`);
      }
    }

    expect([...found]).toEqual([]);
    expect(histories).toBeGreaterThan(8);
  });
});
