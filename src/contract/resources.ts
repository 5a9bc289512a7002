import { z } from 'zod';
import { cursorParameter, limitParameter, pageOf } from './list.js';
import { agencyRef, instant, label, namedAgency, namedPerson } from './primitives.js';

/** Keys, people, their absences, and what they are told and have to do. */

export const KEY_ROLES = ['intake', 'operator', 'agency', 'curator', 'analyst', 'admin'] as const;
export const USER_ROLES = [
  'operator',
  'coordinator',
  'executor',
  'head',
  'curator',
  'analyst',
  'admin',
] as const;

const at = z.iso.datetime();
const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((value) => value === 'true');
const paging = { cursor: cursorParameter.optional(), limit: limitParameter(100, 50) };

/** A list that has nothing to choose by. */
export const plainListQuery = z.strictObject(paging);

export const newKey = z
  .strictObject({ role: z.enum(KEY_ROLES), agency: agencyRef.optional(), label: label(200) })
  .refine((key) => (key.role === 'agency') === (key.agency !== undefined), {
    path: ['agency'],
    message: 'is needed for the role agency, and for no other',
  });
export const keyItem = z
  .object({
    id: z.uuid(),
    prefix: z.string(),
    role: z.enum(KEY_ROLES),
    agency: namedAgency.nullable(),
    label: z.string(),
    createdAt: at,
    revokedAt: at.nullable(),
  })
  .meta({ id: 'Key' });
export const madeKey = z
  .object({
    id: z.uuid(),
    prefix: z.string(),
    key: z
      .string()
      .optional()
      .describe('Shown this once; a replay under an Idempotency-Key has it not'),
    role: z.enum(KEY_ROLES),
    label: z.string(),
  })
  .meta({ id: 'NewKey' });
export const keyPage = pageOf(keyItem);

const scope = z.strictObject({
  topics: z.array(label(64)).max(500).default([]),
  groups: z.array(label(64)).max(100).default([]),
  municipalities: z.array(label(64)).max(500).default([]),
});
const userMembers = {
  name: label(200),
  role: z.enum(USER_ROLES),
  agency: agencyRef.nullable().optional().describe('Of coordinators, executors and heads'),
  scope: scope.optional().describe("A curator's topics, groups and municipalities; empty: all"),
  email: z.email().max(254).nullable().optional(),
  active: z.boolean().default(true),
};
export const newUser = z.strictObject(userMembers);
export const userChange = z.strictObject({
  ...userMembers,
  name: userMembers.name.optional(),
  role: userMembers.role.optional(),
  active: z.boolean().optional(),
});
export const userItem = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(USER_ROLES),
    agency: namedAgency.nullable(),
    scope: z.object({
      topics: z.array(z.string()),
      groups: z.array(z.string()),
      municipalities: z.array(z.string()),
    }),
    email: z.string().nullable(),
    active: z.boolean(),
    createdAt: at,
  })
  .meta({ id: 'User' });
export const userPage = pageOf(userItem);
export const userListQuery = z.strictObject({
  role: z.enum(USER_ROLES).optional(),
  agency: agencyRef.optional(),
  active: flag.optional(),
  ...paging,
});

const userId = z.uuid('must be the id of a user');
export const newAbsence = z
  .strictObject({ user: userId, deputy: userId, from: instant(), to: instant() })
  .refine((absence) => absence.to > absence.from, { path: ['to'], message: 'must be after from' })
  .refine((absence) => absence.user !== absence.deputy, {
    path: ['deputy'],
    message: 'must be somebody else',
  });
export const absenceItem = z
  .object({
    id: z.uuid(),
    user: namedPerson,
    deputy: namedPerson,
    from: at,
    to: at,
  })
  .meta({ id: 'Absence' });
export const absencePage = pageOf(absenceItem);
export const absenceListQuery = z.strictObject({ user: userId.optional(), ...paging });

const complaint = z.object({ id: z.uuid(), number: z.string() });
export const TASK_STATES = ['open', 'done'] as const;
export const taskItem = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    complaint,
    reason: z.string(),
    state: z.enum(TASK_STATES),
    attempts: z.int(),
    createdAt: at,
    updatedAt: at,
    doneBy: z.string().nullable(),
  })
  .meta({ id: 'Task' });
export const taskPage = pageOf(taskItem);
export const taskListQuery = z.strictObject({
  state: z.enum(TASK_STATES).optional(),
  kind: label(100).optional(),
  ...paging,
});

export const notificationItem = z
  .object({
    id: z.uuid(),
    type: z.string(),
    complaint,
    user: namedPerson.nullable(),
    recipient: z.string().describe('Whom it was meant for, where no user is known'),
    agency: namedAgency.nullable(),
    data: z.record(z.string(), z.unknown()),
    at,
    readAt: at.nullable(),
  })
  .meta({ id: 'Notification' });
export const notificationPage = pageOf(notificationItem);
export const notificationListQuery = z.strictObject({
  user: userId.optional(),
  unread: flag.optional(),
  ...paging,
});
