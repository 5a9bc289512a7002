import { literalAddress, mayConnect, plainHost, type AllowList } from './addresses.js';

export interface UrlRules {
  allow: AllowList;
  /** Everywhere but in development and tests. */
  requireHttps: boolean;
}

/** Below this only the ports of the web: an HTTP request must not be spoken to a mail server or a database. */
const FIRST_FREE_PORT = 1_024;
const WEB_PORTS = [80, 443];

/**
 * What is wrong with a receiver's address, in words for its owner; null when nothing is. A name is not resolved
 * here: what it leads to is checked at every connection.
 */
export function urlProblem(text: string, { allow, requireHttps }: UrlRules): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === '' || !/^https?:\/\//i.test(text)) {
    return 'must be an address such as https://example.org/otklik';
  }
  if (url.protocol !== 'https:' && requireHttps) {
    return 'must begin with https://';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold a user name or password';
  }
  if (url.hash !== '') {
    return 'must not have a fragment (#)';
  }
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (port < FIRST_FREE_PORT && !WEB_PORTS.includes(port)) {
    return `must not use port ${port}: below ${FIRST_FREE_PORT} only ${WEB_PORTS.join(' and ')} are for the web`;
  }
  const host = plainHost(url.hostname);
  const isLocal = host === 'localhost' || host.endsWith('.localhost');
  const address = literalAddress(url) ?? (isLocal ? '127.0.0.1' : null);
  return address === null || mayConnect(allow, host, address)
    ? null
    : 'is not a public address; the operator can allow it by OTKLIK_WEBHOOK_ALLOW';
}
