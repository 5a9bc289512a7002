import { resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseAllowList } from './webhooks/addresses.js';

const url = z.url();
const PROXY_WORDS = ['loopback', 'linklocal', 'uniquelocal'];
const isProxyList = (list: string): boolean =>
  list
    .split(',')
    .map((item) => item.trim())
    .every(
      (item) => PROXY_WORDS.includes(item) || ipaddr.isValid(item) || ipaddr.isValidCIDR(item),
    );
const schema = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url.optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/]+:\d+$/, 'must be host:port')
    .optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_UI_URL: url.optional(),
  OTKLIK_TASK_QUEUE: z.string().min(1).default('otklik'),
  OTKLIK_BUILD_ID: z.string().min(1).optional(),
  OTKLIK_REGION: z.string().min(1).default('nizhny-novgorod'),
  OTKLIK_DATA_DIR: z.string().min(1).default('.otklik'),
  OTKLIK_ADMIN_KEY: z.string().min(20, 'must have at least 20 characters').optional(),
  OTKLIK_AUDIT_KEY: z.string().min(20, 'must have at least 20 characters').optional(),
  OTKLIK_CLOCK_START: z.iso.datetime({ offset: true }).optional(),
  OTKLIK_TIME_SCALE: z.coerce.number().positive().max(1_000_000).default(1),
  OTKLIK_TRUST_PROXY: z
    .string()
    .refine(isProxyList, 'must be IP addresses, networks (10.0.0.0/8) or loopback, by commas')
    .optional(),
  OTKLIK_RATE_LIMIT: z.coerce.number().int().min(0).default(6000),
  OTKLIK_ATTACHMENT_MB: z.coerce.number().int().min(1).max(200).default(20),
  OTKLIK_API_POOL: z.coerce.number().int().min(1).max(200).default(20),
  OTKLIK_WORKER_POOL: z.coerce.number().int().min(1).max(200).default(20),
  OTKLIK_WORKFLOW_CACHE: z.coerce.number().int().min(2).default(2_000),
  OTKLIK_WORKER_METRICS: z
    .string()
    .regex(/^[^\s/]+:\d+$/, 'must be host:port')
    .optional(),
  OTKLIK_WEBHOOK_ALLOW: z
    .string()
    .default('')
    .superRefine((text, ctx) => {
      try {
        parseAllowList(text);
      } catch (error) {
        ctx.addIssue({ code: 'custom', message: (error as Error).message });
      }
    }),
  PUBLIC_URL: url.optional(),
  SMTP_URL: url.optional(),
  MAIL_FROM: z.string().default('Otklik <otklik@localhost>'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Config = z.infer<typeof schema> & {
  dataDir: string;
  publicUrl: string;
  /** Whether somebody chose the region, or it is the one that is taken when nobody does. */
  isRegionNamed: boolean;
};

/** A bad environment: `message` has one line a variable, with its name and what is allowed. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the environment once; the only place that does. Empty values count as unset; `found` holds where they are.
 * @throws ConfigError naming each bad variable.
 */
export function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  found: Readonly<Record<string, string | undefined>> = {},
): Config {
  const set = Object.entries(env).filter(([, value]) => value !== '');
  const given = Object.fromEntries(
    Object.entries({ ...found, ...Object.fromEntries(set) }).filter(
      ([name, value]) => name in schema.shape && value !== '',
    ),
  );
  const parsed = schema.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (given.NODE_ENV === 'production') {
    for (const name of ['OTKLIK_CLOCK_START', 'OTKLIK_TIME_SCALE']) {
      if (given[name] !== undefined) {
        problems.push(`${name}: not allowed when NODE_ENV=production`);
      }
    }
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(`Bad configuration:\n  ${problems.join('\n  ')}`);
  }
  const config = parsed.data;
  return {
    ...config,
    isRegionNamed: given.OTKLIK_REGION !== undefined,
    dataDir: resolve(config.OTKLIK_DATA_DIR),
    publicUrl: (config.PUBLIC_URL ?? `http://127.0.0.1:${config.PORT}`).replace(/\/$/, ''),
  };
}
