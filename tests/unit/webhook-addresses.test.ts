import { describe, expect, it } from '@jest/globals';
import { isPublic, mayConnect, parseAllowList } from '../../src/webhooks/addresses.js';
import { urlProblem } from '../../src/webhooks/receiver-url.js';
import { readConfig } from '../../src/config.js';

const NONE = parseAllowList('');
const strict = { allow: NONE, requireHttps: true };

describe('addresses that webhooks may connect to', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.0.3', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'link-local, where clouds keep their secrets'],
    ['100.64.0.1', 'shared by carriers'],
    ['192.0.0.8', 'reserved'],
    ['198.18.0.1', 'for benchmarks'],
    ['203.0.113.5', 'for documents'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::127.0.0.1', 'IPv4 in the oldest disguise'],
    ['::ffff:127.0.0.1', 'mapped IPv4'],
    ['::ffff:8.8.8.8', 'mapped IPv4'],
    ['64:ff9b::7f00:1', 'NAT64'],
    ['64:ff9b:1::7f00:1', 'local NAT64'],
    ['2002:7f00:1::', '6to4'],
    ['2001:0:7f00:1::', 'Teredo'],
    ['2001:db8::1', 'for documents'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local of an interface'],
    ['fec0::1', 'site-local'],
    ['fc00::1', 'unique local'],
    ['fd12:3456::1', 'unique local'],
    ['ff02::1', 'multicast'],
    ['100::1', 'discarded'],
    ['4000::1', 'not given out'],
    ['not-an-address', 'nothing'],
  ])('do not include %s (%s)', (address) => {
    expect(isPublic(address)).toBe(false);
    expect(mayConnect(NONE, 'receiver.example', address)).toBe(false);
  });

  it.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '2a02:6b8::2:242', '2606:4700::1111'])(
    'include %s',
    (address) => {
      expect(mayConnect(NONE, 'receiver.example', address)).toBe(true);
    },
  );

  it('are widened by names, addresses and networks of the allow list, and by nothing beside them', () => {
    const allow = parseAllowList(
      'inside.gov.example, 10.20.0.0/16 192.168.7.7,[fd00::7], fd12::/32',
    );

    expect(mayConnect(allow, 'INSIDE.gov.example.', '10.99.0.1')).toBe(true);
    expect(mayConnect(allow, 'x.inside.gov.example', '10.99.0.1')).toBe(false);
    expect(mayConnect(allow, 'any.example', '10.20.3.4')).toBe(true);
    expect(mayConnect(allow, 'any.example', '::ffff:10.20.3.4')).toBe(true);
    expect(mayConnect(allow, 'any.example', '10.21.3.4')).toBe(false);
    expect(mayConnect(allow, 'any.example', '192.168.7.7')).toBe(true);
    expect(mayConnect(allow, 'any.example', '192.168.7.8')).toBe(false);
    expect(mayConnect(allow, 'any.example', 'fd00::7')).toBe(true);
    expect(mayConnect(allow, 'any.example', 'fd12:0:1::1')).toBe(true);
    expect(mayConnect(allow, 'any.example', '::1')).toBe(false);
  });

  it('a mistake in the allow list stops the start with the variable and the entry', () => {
    expect(() => readConfig({ OTKLIK_WEBHOOK_ALLOW: '10.0.0.0/8, 10.0.0.300' })).toThrow(
      /OTKLIK_WEBHOOK_ALLOW: "10\.0\.0\.300"/,
    );
  });
});

describe('the address of a receiver', () => {
  it.each([
    ['https://example.org/hook?a=1'],
    ['https://example.org:8443/hook'],
    ['https://8.8.8.8/hook'],
    ['https://[2606:4700::1111]/hook'],
    ['https://пример.рф/hook'],
  ])('may be %s', (url) => {
    expect(urlProblem(url, strict)).toBeNull();
  });

  it.each([
    ['http://example.org/', 'https'],
    ['ftp://example.org/', 'address'],
    ['file:///etc/passwd', 'address'],
    ['example.org', 'address'],
    ['https:example.org', 'address'],
    ['https://user:pw@example.org/', 'user name'],
    ['https://example.org/#x', 'fragment'],
    ['https://example.org:25/', 'port 25'],
    ['https://example.org:22/', 'port 22'],
    ['https://localhost/', 'public'],
    ['https://LOCALHOST./', 'public'],
    ['https://a.localhost/', 'public'],
    ['https://127.0.0.1/', 'public'],
    ['https://2130706433/', 'public'],
    ['https://0x7f.1/', 'public'],
    ['https://0177.0.0.1/', 'public'],
    ['https://127.1/', 'public'],
    ['https://[::1]/', 'public'],
    ['https://[::ffff:7f00:1]/', 'public'],
    ['https://[64:ff9b::7f00:1]/', 'public'],
    ['https://169.254.169.254/latest/meta-data', 'public'],
  ])('must not be %s', (url, why) => {
    expect(urlProblem(url, strict)).toContain(why);
  });

  it('may be plain http in development, and local where the allow list says so', () => {
    const rules = { allow: parseAllowList('127.0.0.0/8'), requireHttps: false };

    expect(urlProblem('http://127.0.0.1:8080/', rules)).toBeNull();
    expect(urlProblem('http://localhost:8080/', rules)).toBeNull();
    expect(urlProblem('http://10.0.0.1/', rules)).toContain('OTKLIK_WEBHOOK_ALLOW');
  });
});
