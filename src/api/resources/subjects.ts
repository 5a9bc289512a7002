import express from 'express';
import type { Router } from 'express';
import { eraseBody, subjectBody } from '../../contract/subjects.js';
import {
  readForExport,
  resolveComplaints,
  type MentionRow,
  type SubjectComplaintRow,
} from '../../db/subjects-store.js';
import { invalid } from '../../errors.js';
import { eraseSubject } from '../../subjects/erase-subject.js';
import { findAuthored, findSubject } from '../../subjects/find.js';
import { excerptOf } from '../../subjects/terms.js';
import { callerOf, permit } from '../auth.js';
import { worldNow, type AppDeps } from '../deps.js';
import { keepNothing } from '../idempotency.js';
import { parse } from '../problem.js';

/** What lies about a person: found, given out, erased. Requests hold personal data, so none of this is in a path. */
export function subjectRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.post('/subjects/search', permit('manageSubjects'), async (req, res) => {
    const { complaints, mentions, pattern, truncated } = await findSubject(
      deps.pool,
      parse(subjectBody, req.body),
    );
    keepNothing(res);
    res.setHeader('Cache-Control', 'no-store');
    res.json({
      complaints: complaints.map(shownComplaint),
      mentions: mentions.map((mention) => ({
        id: mention.id,
        kind: mention.kind,
        complaint: { id: mention.complaintId, number: mention.number },
        excerpt: excerpt(mention, pattern),
      })),
      truncated,
    });
  });

  router.post('/subjects/export', permit('manageSubjects'), async (req, res) => {
    const { complaints, mentions, pattern, truncated } = await findSubject(
      deps.pool,
      parse(subjectBody, req.body),
    );
    const kept = await readForExport(
      deps.pool,
      complaints.map(({ id }) => id),
    );
    keepNothing(res);
    res.setHeader('Cache-Control', 'no-store');
    res.json({
      complaints: kept,
      mentions: mentions.map((mention) => ({
        complaint: mention.number,
        kind: mention.kind,
        excerpt: excerpt(mention, pattern),
      })),
      truncated,
    });
  });

  router.post('/subjects/erase', permit('manageSubjects'), async (req, res) => {
    const { complaints, mentions, ...terms } = parse(eraseBody, req.body);
    const ids = await idsOf(deps, complaints);
    // What the person is called in others' texts is known from their complaints, as long as those are there.
    const { pattern } =
      mentions.length > 0
        ? await findAuthored(deps.pool, { ...terms, complaints: ids })
        : { pattern: null };
    const { actor } = callerOf(req);
    const { pool, desk, files } = deps;
    res.json(
      await eraseSubject(
        { pool, desk, store: files.store, now: () => worldNow(deps) },
        { complaints: ids, mentions, pattern, actor },
      ),
    );
  });

  return router;
}

/** @throws AppError `invalid` naming each that is no complaint: nothing is erased then. */
async function idsOf(deps: AppDeps, refs: string[]): Promise<string[]> {
  const known = await resolveComplaints(deps.pool, refs);
  const wrong = refs.flatMap((ref, index) =>
    known.has(ref.toLowerCase())
      ? []
      : [{ path: `complaints[${index}]`, message: 'no such complaint' }],
  );
  if (wrong.length > 0) {
    throw invalid(wrong);
  }
  return [...new Set(refs.flatMap((ref) => known.get(ref.toLowerCase()) ?? []))];
}

const excerpt = ({ body }: MentionRow, pattern: string | null): string =>
  (pattern && excerptOf(body, pattern)) ?? '';

const shownComplaint = (row: SubjectComplaintRow) => ({
  id: row.id,
  number: row.number,
  source: row.source,
  status: row.status,
  receivedAt: row.receivedAt,
  erasedAt: row.erasedAt,
  author: { name: row.authorName, handle: row.authorHandle, contact: row.authorContact },
  texts: row.texts,
});
