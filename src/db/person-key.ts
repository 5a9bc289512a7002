import { createHmac } from 'node:crypto';

/** How one writes an address or a number differs; the person is the same. */
function foldContact(contact: string): string {
  if (contact.includes('@')) {
    return contact.toLowerCase();
  }
  const digits = contact.replace(/\D/g, '');
  // Russian numbers are written with 8 at home and with +7 abroad.
  return digits.length === 11 && digits.startsWith('8') ? `7${digits.slice(1)}` : digits;
}

/**
 * The same 32 bytes for the same person, unreadable without the desk's secret; null for an unknown one.
 * A contact knows a person on every source, a handle on its own source only; a name is no identity.
 */
export function personKey(
  secret: string,
  source: string,
  author: { handle?: string | undefined; contact?: string | undefined } | undefined,
): Buffer | null {
  const identity = author?.contact
    ? `contact ${foldContact(author.contact)}`
    : author?.handle
      ? `handle ${source} ${author.handle.toLowerCase()}`
      : null;
  return identity === null ? null : createHmac('sha256', secret).update(identity).digest();
}
