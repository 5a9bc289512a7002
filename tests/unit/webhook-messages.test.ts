import { describe, expect, it } from '@jest/globals';
import type { RegionView } from '../../src/db/region-store.js';
import { bodyOf } from '../../src/webhooks/body.js';
import { NEW_PROCESS, type Process } from '../../src/domain/process.js';
import { webhookMessages } from '../../src/webhooks/messages.js';

const agencies = [
  { id: 'a', code: 'town', name: 'Город' },
  { id: 'b', code: 'department', name: 'Отдел', parent: 'town' },
  { id: 'c', code: 'elsewhere', name: 'Другой' },
];
const region = {
  agencyByRef: (ref: string) => agencies.find(({ id, code }) => id === ref || code === ref),
} as unknown as RegionView;
const row = { id: 'x', number: '2026-000001' };
const process: Process = { ...NEW_PROCESS, status: 'assigned', agencyId: 'b', level: 2 };
const at = Date.parse('2026-05-12T09:30:00Z');
const event = (seq: number, type: string, data: Record<string, unknown> = {}) => ({
  ...{ seq, type, at, actor: 'system', data, hash: Buffer.alloc(32) },
});
const told = (events: ReturnType<typeof event>[], from: string | null = 'b') =>
  webhookMessages(region, { row, from, process, version: 7, events }).map((message) => ({
    ...message,
    payload: JSON.parse(message.payload),
  }));

describe('what webhooks are told', () => {
  it('is of six events of the timeline, to the holder, those above it and the whole desk', () => {
    const types = [
      'received',
      'triaged',
      'assigned',
      'note_added',
      'replied',
      'warned',
      'breached',
    ];
    const more = ['citizen_wrote', 'escalated', 'returned', 'published', 'closed', 'rated'];
    const messages = told([...types, ...more].map((type, i) => event(i + 1, type)));

    expect(messages.map(({ seq, type }) => [seq, type])).toEqual([
      [3, 'complaint.assigned'],
      [6, 'complaint.warned'],
      [8, 'complaint.citizen_wrote'],
      [9, 'complaint.escalated'],
      [10, 'complaint.returned'],
      [12, 'complaint.closed'],
    ]);
    for (const message of messages) {
      expect(message).toMatchObject({ agencies: ['b', 'a'], toDesk: true });
      expect(message.payload.data).toMatchObject({ ...row, version: 7, level: 2 });
    }
  });

  it('takes of an event the details that are named, instants as ISO 8601, and never a text’s reference', () => {
    const text = { id: 't', digest: 'd' };
    const dueAt = at + 3_600_000;
    const [warned, escalated, wrote] = told([
      event(1, 'warned', { clock: 'acceptance', percent: 80, dueAt, secret: 'x' }),
      event(2, 'escalated', { level: 2, recipient: 'head', cause: 'operator', reason: text }),
      event(3, 'citizen_wrote', { text, route: 'track' }),
    ]);

    expect(warned!.payload.data.event).toEqual({
      clock: 'acceptance',
      percent: 80,
      dueAt: '2026-05-12T10:30:00.000Z',
    });
    expect(escalated!.payload.data.event).toEqual({
      level: 2,
      recipient: 'head',
      cause: 'operator',
    });
    expect(wrote!.payload).toMatchObject({
      timestamp: '2026-05-12T09:30:00.000Z',
      data: { event: { route: 'track' } },
    });
  });

  it('is, to an agency that has lost the complaint, that it has moved and nothing more', () => {
    const [assigned, moved] = told([event(1, 'handed_over'), event(2, 'assigned')], 'c');

    expect(assigned).toMatchObject({ seq: 2, type: 'complaint.assigned', agencies: ['b', 'a'] });
    expect(moved).toMatchObject({
      seq: 1,
      type: 'complaint.moved',
      agencies: ['c'],
      toDesk: false,
    });
    expect(moved!.payload.data).toEqual({ ...row, version: 7, seq: 1 });
    // From the parent to its department: the parent still sees it.
    expect(told([event(1, 'assigned')], 'a').map(({ type }) => type)).toEqual([
      'complaint.assigned',
    ]);
  });

  it('has links into the API when it is sent, and the same bytes each time', () => {
    const { payload } = told([event(1, 'closed')])[0]!;
    const body = bodyOf(payload, 'https://otklik.example');

    expect(JSON.parse(body).data.links).toEqual({
      complaint: 'https://otklik.example/api/v1/complaints/x',
      timeline: 'https://otklik.example/api/v1/complaints/x/timeline',
    });
    expect(bodyOf(payload, 'https://otklik.example')).toBe(body);
  });
});
