import { createHmac } from 'node:crypto';

const ERASED = 'erased/';

/**
 * What an erased complaint keeps of its id at the source, which may name a person: enough to know the same message when
 * it is sent or imported again, so that it does not come back. `secret`: the desk's, as for person keys.
 */
export function erasedId(secret: string, source: string, externalId: string): string {
  if (externalId.startsWith(ERASED)) {
    return externalId;
  }
  const digest = createHmac('sha256', secret)
    .update(JSON.stringify([source, externalId]))
    .digest();
  return `${ERASED}${digest.toString('base64url')}`;
}
