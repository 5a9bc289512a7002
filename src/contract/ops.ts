import { z } from 'zod';

/** What the API says about itself. */

export const health = z.object({ status: z.literal('alive') }).meta({ id: 'Health' });

const check = z.object({ ok: z.boolean(), detail: z.string().optional() });
export const readiness = z
  .object({
    status: z
      .enum(['ready', 'degraded', 'not_ready'])
      .describe('degraded: Temporal is away; intake, lists and tracking work, commands answer 503'),
    checks: z.object({ database: check, migrations: check, region: check, temporal: check }),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Readiness' });

/** RFC 9457. */
export const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z
      .union([z.int(), z.string()])
      .describe("The HTTP status; where a state forbids a command, the complaint's status"),
    code: z.string(),
    detail: z.string(),
    fields: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Of `invalid`: every wrong field'),
    allowed: z
      .array(z.string())
      .optional()
      .describe('Of `state_forbids`: the commands that are allowed'),
  })
  .meta({ id: 'Problem' });
