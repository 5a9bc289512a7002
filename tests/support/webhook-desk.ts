import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import pino from 'pino';
import { readConfig } from '../../src/config.js';
import { openPool } from '../../src/db/pool.js';
import { recordMessages } from '../../src/db/webhook-messages.js';
import { WebhookDispatcher } from '../../src/webhooks/dispatcher.js';
import type { Timing } from '../../src/webhooks/timing.js';
import { openDesk, type HttpDesk } from './http-desk.js';

/** Waits as a production's, a thousand times shorter. */
export const QUICK: Partial<Timing> = {
  waitsMs: [20, 40, 60, 80, 100, 120],
  attemptMs: 400,
  leaseMs: 1_500,
  idleMs: 20,
};

/** A desk's API without a worker, with dispatchers of its own and complaints that events are made up for. */
export interface WebhookDesk extends HttpDesk {
  worker: pg.Pool;
  /** Starts a dispatcher; the test stops it, or the desk does in the end. */
  dispatch(timing?: Partial<Timing>, env?: Record<string, string>): WebhookDispatcher;
  webhook(url: string, more?: object): Promise<{ id: string; secret: string }>;
  /** A complaint that nobody works on. */
  complaint(): Promise<string>;
  /** Has webhooks told of an event, as a step would. */
  tell(complaintId: string, seq: number, agencies?: string[]): Promise<void>;
  deliveries(webhookId: string): Promise<any[]>;
}

export async function openWebhookDesk(env: Record<string, string> = {}): Promise<WebhookDesk> {
  const allowed = { OTKLIK_WEBHOOK_ALLOW: '127.0.0.1', ...env };
  const desk = await openDesk(allowed, { worker: false });
  const worker = openPool(desk.databaseUrl, 'otklik_worker', 8);
  const dispatchers: WebhookDispatcher[] = [];
  return {
    ...desk,
    worker,
    dispatch(timing = {}, other = {}) {
      const config = readConfig({ NODE_ENV: 'test', ...allowed, ...other });
      const log = pino({ level: 'silent' });
      const dispatcher = new WebhookDispatcher(
        { config, pool: worker, clock: desk.clock, log },
        { ...QUICK, ...timing },
      );
      dispatcher.start();
      dispatchers.push(dispatcher);
      return dispatcher;
    },
    async webhook(url, more = {}) {
      const { status, body } = await desk.call('POST', '/webhooks', {
        url,
        label: 'test',
        ...more,
      });
      if (status !== 201) throw new Error(`${status}: ${JSON.stringify(body)}`);
      return body as { id: string; secret: string };
    },
    async complaint() {
      const externalId = randomBytes(8).toString('hex');
      const { body } = await desk.call('POST', '/complaints', {
        ...{ source: 'vk', text: 'Яма на дороге', externalId },
      });
      return body.id;
    },
    async tell(id, seq, agencies = []) {
      const payload = JSON.stringify({
        type: 'complaint.warned',
        timestamp: new Date().toISOString(),
        data: { id, seq },
      });
      const type = 'complaint.warned';
      await recordMessages(worker, id, [{ seq, type, payload, agencies, toDesk: true }]);
    },
    async deliveries(webhookId) {
      const { body } = await desk.call('GET', `/webhooks/${webhookId}/deliveries?limit=100`);
      return body.items;
    },
    async close() {
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
      await worker.end();
      await desk.close();
    },
  };
}
