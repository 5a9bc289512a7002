import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Where webhooks may go beside public addresses. */
export interface AllowList {
  /** Names, in lower case: whatever address they have. */
  hosts: ReadonlySet<string>;
  networks: readonly [Address, number][];
}

/** The only part of IPv6 from which addresses are given out; elsewhere lie IPv4 in disguise and local networks. */
const GLOBAL_V6: [Address, number] = [ipaddr.parse('2000::'), 3];

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** A name as it is compared: lower case, without the root's dot or an IPv6 literal's brackets. */
export const plainHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/**
 * Reads OTKLIK_WEBHOOK_ALLOW: host names, addresses and networks (`10.20.0.0/16`), separated by commas or spaces.
 * @throws Error naming the entry that is none of them.
 */
export function parseAllowList(text: string): AllowList {
  const hosts = new Set<string>();
  const networks: [Address, number][] = [];
  for (const entry of text.split(/[\s,]+/).filter(Boolean)) {
    const host = plainHost(entry);
    if (ipaddr.isValidCIDR(entry)) {
      networks.push(ipaddr.parseCIDR(entry));
    } else if (ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host)) {
      const address = ipaddr.process(host);
      networks.push([address, address.kind() === 'ipv4' ? 32 : 128]);
    } else if (HOST.test(host) && !/^[\d.]+$/.test(host)) {
      hosts.add(host);
    } else {
      throw new Error(`"${entry}" is neither a host name nor an address nor a network`);
    }
  }
  return { hosts, networks };
}

/** Whether an address is one of the public internet: no loopback, private, link-local, shared, multicast or disguised one. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) {
    return false;
  }
  const parsed = ipaddr.parse(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_V6));
}

/** Whether a webhook to `host` may connect to `address`, one that the name has just been resolved to. */
export function mayConnect(allow: AllowList, host: string, address: string): boolean {
  if (allow.hosts.has(plainHost(host)) || isPublic(address)) {
    return true;
  }
  if (!ipaddr.isValid(address)) {
    return false;
  }
  // An IPv4 address in IPv6's clothes is allowed as what it is.
  const plain = ipaddr.process(address);
  return allow.networks.some(
    ([network, bits]) => network.kind() === plain.kind() && plain.match(network, bits),
  );
}

/** The host of a url when it is a literal address (URL has normalised decimal and hexadecimal ones), else null. */
export function literalAddress(url: URL): string | null {
  const host = plainHost(url.hostname);
  return ipaddr.isValid(host) ? host : null;
}
