import { triage } from '../../src/domain/assigning.js';
import { advance } from '../../src/domain/advance.js';
import { reopen } from '../../src/domain/closing.js';
import { takeOver } from '../../src/domain/taking-over.js';
import { textRef } from '../../src/db/timeline.js';
import type { Begin } from '../../workflows/complaint/messages.js';
import { carryOut } from './command.js';
import type { StepContext } from './write.js';
import { surroundingsOf } from './surroundings.js';
import { Turn } from '../../src/domain/process.js';
import { takeWords } from './words.js';
import { triageFacts } from './triage-facts.js';

/**
 * A run's first step: takes the row over, and does what the run was begun for.
 * @returns null when there is nothing to take: the run ends and leaves the row alone.
 */
export async function openRun(context: StepContext, begin: Begin): Promise<Turn | null> {
  const { turn } = context;
  switch (begin.by) {
    case 'start':
    case 'rebuild':
      if (turn.process.status === 'received') {
        return sortOut(context);
      }
      if (turn.process.status === 'closed') {
        return null;
      }
      advance(turn);
      turn.emit('rebuilt');
      return turn;
    case 'command': {
      const carried = await carryOut(context, begin.commandId);
      return carried.refused || carried.repeated ? null : carried.turn;
    }
    case 'word':
      return reopenByWord(context, begin.inboxId);
    case 'continue':
      return null;
  }
}

/** Triage, then what the clocks have to say already: a complaint may come in late. */
async function sortOut({ db, region, row, input }: StepContext): Promise<Turn> {
  const found = await triageFacts(db, region, row);
  const around = surroundingsOf(region, row.id, input.now, 'system');
  if (row.isImported) {
    // Its agency is among what was found; here nobody has been handed it yet.
    const turn = new Turn({ ...row.process, agencyId: null }, around);
    triage(turn, found, row.receivedAt);
    takeOver(turn);
    return turn;
  }
  const turn = new Turn(row.process, around);
  triage(turn, found, row.receivedAt);
  advance(turn);
  return turn;
}

/** A citizen's word on a closed complaint, decided to reopen it: reopened, and the word told. */
async function reopenByWord(context: StepContext, inboxId: string): Promise<Turn | null> {
  const { db, row, turn } = context;
  const { rows } = await db.query<{
    state: string;
    key: Buffer | null;
    body: string | null;
    text_id: string;
  }>(
    `select i.state, i.text_id, t.key, t.body from inbox i join texts t on t.id = i.text_id
     where i.id = $1 and i.complaint_id = $2`,
    [inboxId, row.id],
  );
  const word = rows[0];
  if (word?.state !== 'pending' || turn.process.status !== 'closed') {
    return null;
  }
  reopen(turn, { cause: 'word', reason: textRef(word) });
  await takeWords(context);
  return turn;
}
