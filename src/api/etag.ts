import type { Request, Response } from 'express';
import { AppError } from '../errors.js';

/** The ETag of a complaint counts the steps of its process. */
export function setVersion(res: Response, version: number): void {
  res.setHeader('ETag', `"${version}"`);
}

/**
 * Versions that `If-Match` names; null when it is absent or `*`. A weak one matches nothing (RFC 9110:
 * the comparison is strong).
 * @throws AppError `bad_request` when it is not a list of entity tags.
 */
export function versionsWanted(req: Request): number[] | null {
  const header = req.headers['if-match'];
  if (header === undefined || header.trim() === '*') {
    return null;
  }
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) {
    throw new AppError('bad_request', 'If-Match must be * or entity tags such as "3".');
  }
  return tags.flatMap((tag) => (/^"\d{1,9}"$/.test(tag) ? [Number(tag.slice(1, -1))] : []));
}

/** @throws AppError `stale_version` with the current version unless `If-Match` allows it. */
export function requireVersion(req: Request, version: number): void {
  const wanted = versionsWanted(req);
  if (wanted !== null && !wanted.includes(version)) {
    throw new AppError('stale_version', `The complaint is at version ${version} now.`, { version });
  }
}
