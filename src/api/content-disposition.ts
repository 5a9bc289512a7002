import { inLatin } from '../contract/code-from.js';

/** Characters that RFC 8187 lets stand as they are; all others are percent-encoded UTF-8. */
const PLAIN = /[^A-Za-z0-9!#$&+.^_`|~-]/gu;

const encoded = (char: string): string =>
  [...Buffer.from(char)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');

/** A name in safe ASCII: Russian letters in Latin ones, other signs a dash, and `file` where nothing is left. */
function asciiName(name: string): string {
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  const base = inLatin(name.slice(0, name.length - ending.length))
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return `${base === '' ? 'file' : base}${ending}`;
}

/**
 * A Content-Disposition with the name twice: in ASCII for old readers, in UTF-8 for all others (RFC 6266). The name
 * must have no control characters.
 */
export function contentDisposition(how: 'inline' | 'attachment', name: string): string {
  return `${how}; filename="${asciiName(name)}"; filename*=UTF-8''${name.replace(PLAIN, encoded)}`;
}
