import type { ComplaintHead } from '../../db/complaints-store.js';
import { findHead } from '../../db/complaints-store.js';
import { AppError, notFound } from '../../errors.js';
import type { Caller } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { agenciesOf } from '../resources/own-agencies.js';

async function find(
  deps: AppDeps,
  caller: Caller,
  ref: string,
): Promise<{ head: ComplaintHead; holds: boolean }> {
  const head = await findHead(deps.pool, ref);
  if (!head) {
    throw notFound();
  }
  const own = agenciesOf(caller, await deps.region.current());
  const holds = own === undefined || (head.agencyId !== null && own.includes(head.agencyId));
  if (!holds && !head.coExecutors.some((id) => own.includes(id))) {
    throw notFound();
  }
  return { head, holds };
}

/**
 * The complaint that a path names by id or number, if the caller may see it: an agency sees what it, or a
 * department below it, holds or co-executes.
 * @throws AppError `not_found`, the same for an unknown complaint and for someone else's.
 */
export async function visibleComplaint(
  deps: AppDeps,
  caller: Caller,
  ref: string,
): Promise<ComplaintHead> {
  return (await find(deps, caller, ref)).head;
}

/**
 * The complaint if the caller may also move it: of an agency's, only what it holds.
 * @throws AppError `not_found`, or `forbidden` for a co-executor.
 */
export async function ownComplaint(
  deps: AppDeps,
  caller: Caller,
  ref: string,
): Promise<ComplaintHead> {
  const { head, holds } = await find(deps, caller, ref);
  if (!holds) {
    throw new AppError('forbidden', 'Only the agency that holds the complaint may do this.');
  }
  return head;
}
