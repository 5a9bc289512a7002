import express from 'express';
import type { Router } from 'express';
import { z } from 'zod';
import { noteBody } from '../../contract/commands.js';
import type { Note } from '../../contract/complaints.js';
import { lockComplaint } from '../../db/complaints-store.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import {
  insertNote,
  listNotes,
  mentionable,
  noteExists,
  type NoteRow,
} from '../../db/notes-store.js';
import { enqueue } from '../../db/outbox.js';
import { inTransaction } from '../../db/pool.js';
import { appendEvents, insertText, newText } from '../../db/timeline.js';
import { invalid } from '../../errors.js';
import { plainListQuery } from '../../contract/resources.js';
import { callerOf, permit } from '../auth.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { agenciesOf } from '../resources/own-agencies.js';
import { visibleComplaint } from './access.js';

const shown = (row: NoteRow): Note => ({
  id: row.id,
  text: row.text,
  agency: row.agencyId,
  mentions: row.mentions,
  actor: row.actor,
  createdAt: row.createdAt.toISOString(),
});

/** Notes are internal: an agency reads its own, the desk reads all, the citizen none. They move no version. */
export function noteRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.get('/complaints/:id/notes', permit('readNotes'), async (req, res) => {
    const { cursor, limit } = parse(plainListQuery, req.query);
    const caller = callerOf(req);
    const head = await visibleComplaint(deps, caller, String(req.params.id));
    const digest = queryDigest(caller.actor, `notes ${head.id}`, {});
    const after = cursor === undefined ? undefined : decodeCursor(cursor, digest, z.uuid());
    const agencies = agenciesOf(caller, await deps.region.current());
    const { rows, total } = await listNotes(deps.pool, head.id, agencies, after, limit);
    const page = pageFrom(rows, limit, digest, (note) => note.id);
    res.json({ items: page.rows.map(shown), nextCursor: page.nextCursor, total });
  });

  router.post('/complaints/:id/notes', permit('writeNote'), async (req, res) => {
    const { text: words, mentions = [] } = parse(noteBody, req.body);
    const caller = callerOf(req);
    const { actor, agencyId } = caller;
    const head = await visibleComplaint(deps, caller, String(req.params.id));
    const known = await mentionable(
      deps.pool,
      mentions,
      agenciesOf(caller, await deps.region.current()),
    );
    const wrong = mentions.flatMap((id, index) =>
      known.has(id) ? [] : [{ path: `mentions[${index}]`, message: 'no such user' }],
    );
    if (wrong.length > 0) {
      throw invalid(wrong);
    }
    const id = resourceIdOf(req);
    const at = worldNow(deps);
    await inTransaction(deps.pool, async (db) => {
      // Before the note's row, whose reference holds the complaint's row too weakly for two notes at a time.
      await lockComplaint(db, head.id);
      if (await noteExists(db, id)) {
        return;
      }
      const text = newText('note', words);
      await insertText(db, head.id, text);
      const note = { id, complaintId: head.id, textId: text.id, agencyId, mentions, actor, at };
      await insertNote(db, note);
      const data = { note: id, agency: agencyId, text: text.ref, mentions };
      await appendEvents(db, head.id, [{ type: 'note_added', at, actor, data }]);
      if (mentions.length > 0) {
        const subject = `mentioned/${id}`;
        const told = { type: 'mentioned', recipient: 'mentioned', users: mentions, subject, at };
        await enqueue(db, 'notice', head.id, {
          ...told,
          agencyId,
          urgent: false,
          data: { note: id },
        });
      }
    });
    res.status(201).json({ id, agency: agencyId, mentions, actor, createdAt: new Date(at) });
  });

  return router;
}
