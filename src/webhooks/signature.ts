import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** A webhook's secret and the former ones, each valid until a machine instant (ISO 8601). */
export interface Secrets {
  current: string;
  old: { secret: string; until: string }[];
}

/** For so long after a rotation the former secret signs too. */
export const OLD_SECRET_MS = 24 * 3_600_000;
/** Rotations in a row: more than these nobody can still have in use, and the header must stay short. */
const OLD_SECRETS_MAX = 4;

/** A new secret as the Standard Webhooks specification writes them: 32 random bytes. */
export const makeSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** The secrets after a rotation at `now` (machine, epoch ms). */
export function rotated({ current, old }: Secrets, now: number): Secrets {
  const until = new Date(now + OLD_SECRET_MS).toISOString();
  return {
    current: makeSecret(),
    old: [{ secret: current, until }, ...valid(old, now)].slice(0, OLD_SECRETS_MAX),
  };
}

/** The header `webhook-signature`: one signature a valid secret, the current one first. */
export function signatures(secrets: Secrets, id: string, at: Date, body: string): string {
  const former = valid(secrets.old, at.getTime()).map(({ secret }) => secret);
  return [secrets.current, ...former]
    .map((secret) => new Webhook(secret).sign(id, at, body))
    .join(' ');
}

const valid = (old: Secrets['old'], now: number): Secrets['old'] =>
  old.filter(({ until }) => Date.parse(until) > now);
