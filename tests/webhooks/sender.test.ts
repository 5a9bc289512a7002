import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllowList } from '../../src/webhooks/addresses.js';
import { WebhookSender, type SenderOptions } from '../../src/webhooks/sender.js';
import { makeSecret } from '../../src/webhooks/signature.js';
import { openReceiver, type Receiver } from '../support/receiver.js';

let target: Receiver;
beforeAll(async () => {
  target = await openReceiver();
});
afterAll(async () => {
  await target.close();
});

async function send(url: string, options: Partial<SenderOptions> = {}) {
  const sender = new WebhookSender({
    ...{ allow: parseAllowList(''), requireHttps: false, timeoutMs: 1_000 },
    ...options,
  });
  try {
    const secrets = { current: makeSecret(), old: [] };
    return await sender.send({ id: 'evt_1', url, body: '{}', secrets });
  } finally {
    await sender.close();
  }
}
const named = (host: string) => `http://${host}:${target.port}/hook`;
const v4 = (address: string) => ({ address, family: 4 });

describe('one attempt', () => {
  it.each([
    ['loopback', [v4('127.0.0.1')]],
    ['private', [v4('10.0.0.1'), v4('192.168.0.1')]],
    ['mapped', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['no', []],
  ])('connects to no name that has %s addresses alone', async (_, addresses) => {
    const before = target.received.length;

    const outcome = await send(named('public.example'), { resolve: async () => addresses });

    expect(outcome).toMatchObject({ delivered: false, status: null, error: 'address_forbidden' });
    expect(target.received).toHaveLength(before);
  });

  it('asks for the addresses at each connection, so that a name cannot become private later', async () => {
    const allow = parseAllowList('127.0.0.1');
    const answers = [[v4('127.0.0.1')], [v4('127.0.0.2')]];
    const sender = new WebhookSender({
      ...{ allow, requireHttps: false, timeoutMs: 1_000 },
      resolve: async () => answers.shift() ?? [],
    });
    target.answer = () => (res) => {
      res.writeHead(204, { connection: 'close' }).end();
      return 204;
    };
    const secrets = { current: makeSecret(), old: [] };
    const message = { id: 'evt_1', url: named('changing.example'), body: '{}', secrets };

    const outcomes = [await sender.send(message), await sender.send(message)];

    await sender.close();
    expect(outcomes.map(({ error }) => error)).toEqual([null, 'address_forbidden']);
  });

  it('goes to an inside name that the operator allows, by whatever address it has', async () => {
    const outcome = await send(named('sed.inside'), {
      allow: parseAllowList('sed.inside'),
      resolve: async () => [v4('127.0.0.1')],
    });

    expect(outcome).toMatchObject({ delivered: true, status: 204, error: null });
  });

  it('ends within its time when a name server does not answer', async () => {
    const outcome = await send(named('slow.example'), { resolve: () => new Promise(() => {}) });

    expect(outcome).toMatchObject({ delivered: false, error: 'timeout' });
  });

  it.each([
    [() => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })), 'dns'],
    [async () => [v4('127.0.0.1')], 'refused'],
  ])('tells what was wrong by a code (%#)', async (resolve, error) => {
    const options = { allow: parseAllowList('127.0.0.1'), resolve };

    expect(await send('http://gone.example:9/', options)).toMatchObject({ error });
  });

  it('speaks TLS to https, and tells apart what does not', async () => {
    const options = { allow: parseAllowList('127.0.0.1') };

    const outcome = await send(`https://127.0.0.1:${target.port}/`, options);

    expect(outcome).toMatchObject({ delivered: false, status: null, error: 'tls' });
    const plain = await send(target.url, { ...options, requireHttps: true });
    expect(plain.error).toBe('https_required');
  });
});
