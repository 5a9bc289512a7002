import { randomBytes, randomInt } from 'node:crypto';

// One that the first triage is sure of, so that every life is an ordinary one.
const WORDS =
  'В Арзамасе огромные ямы на дороге, проехать невозможно, просим отремонтировать: улица Ленина';

export interface Message {
  source: string;
  externalId: string;
  text: string;
  author: { name: string; contact: string };
}

/** A citizen's message, each of another person: the complaints of one would be repeats and climb the ladder. */
export const complaint = (): Message => ({
  source: 'web',
  externalId: `form-${randomBytes(9).toString('hex')}`,
  text: `${WORDS}, ${randomInt(1, 200)}.`,
  author: { name: 'Иванова Анна', contact: `+7 9${randomInt(100_000_000, 999_999_999)}` },
});

export const reply = { kind: 'final', outcome: 'solved', text: 'Ямы на улице Ленина заделаны.' };
