import { createHmac, timingSafeEqual } from 'node:crypto';

/** A link serves at least so long, machine time. */
const VALID_MS = 15 * 60_000;
/** Links made within so long are the same, so that a browser need not fetch a picture twice. */
const STEP_MS = 5 * 60_000;

function signatureOf(secret: string, id: string, expires: number): Buffer {
  return createHmac('sha256', secret).update(`file ${id} ${expires}`).digest();
}

/**
 * The path and query under which anyone may fetch one file for a quarter of an hour. `now`: machine time, epoch ms.
 */
export function signedPath(secret: string, id: string, now: number): string {
  const expires = Math.ceil((now + VALID_MS) / STEP_MS) * (STEP_MS / 1_000);
  const signature = signatureOf(secret, id, expires).toString('base64url');
  return `/files/${id}?expires=${expires}&signature=${signature}`;
}

/** `forMs`: for so long it still serves. */
export type LinkCheck = { is: 'good'; forMs: number } | { is: 'wrong' } | { is: 'expired' };

/** What a link is worth: `expired` only where it was a good one. */
export function checkLink(
  secret: string,
  link: { id: string; expires: unknown; signature: unknown },
  now: number,
): LinkCheck {
  const { id, expires, signature } = link;
  if (typeof expires !== 'string' || !/^\d{1,12}$/.test(expires) || typeof signature !== 'string') {
    return { is: 'wrong' };
  }
  const given = Buffer.from(signature, 'base64url');
  const wanted = signatureOf(secret, id, Number(expires));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    return { is: 'wrong' };
  }
  const forMs = Number(expires) * 1_000 - now;
  return forMs > 0 ? { is: 'good', forMs } : { is: 'expired' };
}
