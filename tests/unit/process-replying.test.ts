import { describe, expect, it } from '@jest/globals';
import { local, shown } from '../support/sample-calendars.js';
import { inPlace, NOW, order, reason } from '../support/sample-commands.js';
import { replyFacts } from '../support/sample-process.js';

describe('an interim reply', () => {
  it('meets the first-reply clock, counts the resolution anew, and makes its promise a clock of its own', () => {
    const life = inPlace('in_progress');
    const promisedAt = local('2026-10-09T15:00');

    life.command(
      '2026-10-05T12:00',
      { type: 'replyInterim', body: { replyId: 'reply-1' } },
      { reply: replyFacts('interim', { promisedAt }) },
    );

    const { first_reply: firstReply, resolution, promise } = life.process.clocks;
    expect(firstReply?.metAt).toBe(local('2026-10-05T12:00'));
    expect(resolution).toMatchObject({
      metAt: null,
      generation: 2,
      startedAt: local('2026-10-05T12:00'),
    });
    expect(promise).toMatchObject({ metAt: null, dueAt: promisedAt });
    expect(life.process).toMatchObject({
      status: 'in_progress',
      firstRepliedAt: local('2026-10-05T12:00'),
    });
    expect(life.turns.at(-1)?.effects).toContainEqual({
      do: 'publish',
      replyId: 'reply-1',
      final: false,
    });
  });

  it('breaks its promise when the date passes', () => {
    const life = inPlace('in_progress');
    life.command(
      NOW,
      { type: 'replyInterim', body: { replyId: 'reply-1' } },
      { reply: replyFacts('interim', { promisedAt: local('2026-10-06T15:00') }) },
    );

    life.tick('2026-10-06T15:00');

    expect(life.events.slice(-2).map(({ type, data }) => [type, data.clock ?? data.cause])).toEqual(
      [
        ['breached', 'promise'],
        ['escalated', 'promise'],
      ],
    );
  });

  it('cannot promise what lies behind', () => {
    const life = inPlace('in_progress');

    expect(() =>
      life.command(
        NOW,
        { type: 'replyInterim', body: { replyId: 'reply-1' } },
        { reply: replyFacts('interim', { promisedAt: local(NOW) }) },
      ),
    ).toThrow('must lie ahead');
  });

  it('comes back to work from its approval', () => {
    const life = inPlace('in_progress');
    life.approval = { interim: true, final: false };
    const interim = replyFacts('interim');
    life.command(NOW, { type: 'replyInterim', body: { replyId: 'reply-1' } }, { reply: interim });
    expect(life.process).toMatchObject({
      status: 'in_review',
      review: { replyId: 'reply-1', kind: 'interim' },
    });
    expect(life.process.clocks.first_reply?.metAt).toBeNull();

    life.command(
      '2026-10-05T12:00',
      { type: 'approve', body: { replyId: 'reply-1' } },
      { reply: { ...interim, state: 'in_review' } },
    );

    expect(life.process).toMatchObject({ status: 'in_progress', review: null });
    expect(life.process.clocks.first_reply?.metAt).toBe(local('2026-10-05T12:00'));
  });
});

describe('a final reply', () => {
  it('meets its clocks at the approval and leaves none running', () => {
    const life = inPlace('in_review');
    expect(life.process.clocks.resolution?.metAt).toBeNull();

    order(life, 'approve', '2026-10-05T12:00');

    const { acceptance, first_reply: firstReply, resolution } = life.process.clocks;
    expect(
      [acceptance?.metAt, firstReply?.metAt, resolution?.metAt].map((at) => shown(at)),
    ).toEqual(['2026-10-05 10:00', '2026-10-05 12:00', '2026-10-05 12:00']);
    expect(life.process.finalReplyId).toBe('reply-9');
  });

  it('ends the waiting for the citizen', () => {
    const life = inPlace('waiting_citizen');

    order(life, 'replyFinal', '2026-10-06T10:00');

    expect(life.process).toMatchObject({ status: 'publishing', waiting: null });
  });

  it('can be returned and handed in again', () => {
    const life = inPlace('in_review');
    order(life, 'return');
    expect(life.turns.at(-1)?.effects).toContainEqual({
      do: 'setReply',
      replyId: 'reply-9',
      state: 'returned',
    });

    life.command(
      NOW,
      { type: 'replyFinal', body: { replyId: 'reply-9' } },
      { reply: replyFacts('final', { id: 'reply-9', state: 'returned' }) },
    );

    expect(life.process.status).toBe('in_review');
  });

  it.each(['in_review', 'approved', 'published'])(
    'that is %s is not taken a second time',
    (state) => {
      const life = inPlace('in_progress');

      expect(() =>
        life.command(
          NOW,
          { type: 'replyFinal', body: { replyId: 'reply-1' } },
          { reply: replyFacts('final', { state }) },
        ),
      ).toThrow(`is ${state} already`);
    },
  );

  it('that is not the one in review is not approved', () => {
    const life = inPlace('in_review');

    expect(() =>
      life.command(
        NOW,
        { type: 'approve', body: { replyId: 'reply-1' } },
        { reply: replyFacts('final') },
      ),
    ).toThrow('not the one in review');
    expect(() =>
      life.command(NOW, { type: 'return', body: { replyId: 'reply-1', reason } }),
    ).toThrow('not the one in review');
  });

  it('in review goes back to its author when the complaint is merged meanwhile', () => {
    const life = inPlace('in_review');

    const turn = order(life, 'merge');

    expect(turn.effects).toContainEqual({ do: 'setReply', replyId: 'reply-9', state: 'returned' });
  });
});

describe('a question to the citizen', () => {
  it('is a question that was not sent yet, never a reply', () => {
    const life = inPlace('in_progress');
    const body = { replyId: 'reply-1' };

    expect(() => life.command(NOW, { type: 'ask', body }, { reply: replyFacts('final') })).toThrow(
      'must be a question',
    );
    expect(() =>
      life.command(
        NOW,
        { type: 'ask', body },
        { reply: replyFacts('question', { state: 'published' }) },
      ),
    ).toThrow('is published already');
    expect(() =>
      life.command(NOW, { type: 'replyFinal', body }, { reply: replyFacts('question') }),
    ).toThrow('sent by ask');
    expect(() => life.command(NOW, { type: 'ask', body })).toThrow('names no reply');
  });
});
