/**
 * The permission table: which role may do what. Documentation and tests are generated from it. A key's role
 * `agency` has the rights of coordinator and executor; `admin` may do all and is not named in the rows.
 * Rows of a complaint hold for the complaints that the caller may see: an agency sees its own.
 */
export const ROLES = [
  'intake',
  'operator',
  'agency',
  'coordinator',
  'executor',
  'head',
  'curator',
  'analyst',
  'admin',
] as const;
export type Role = (typeof ROLES)[number];

const agencyStaff = ['agency', 'coordinator', 'executor', 'head'] as const;
const staff = ['operator', ...agencyStaff, 'curator'] as const;
const desk = ['operator', 'curator'] as const;
const approvers = ['curator', 'head'] as const;
const everyone = ROLES.filter((role) => role !== 'admin');

const table = {
  createComplaint: ['intake', 'operator'],
  listComplaints: staff,
  readComplaint: staff,
  exportComplaints: [...staff, 'analyst'],

  accept: ['operator', ...agencyStaff],
  reply: ['operator', ...agencyStaff],
  ask: ['operator', ...agencyStaff],
  extend: ['operator', ...agencyStaff],
  handover: ['operator', ...agencyStaff],
  delegate: ['operator', ...agencyStaff],
  coExecution: ['operator', ...agencyStaff],

  escalate: desk,
  classify: desk,
  assign: desk,
  reject: desk,
  merge: desk,
  unmerge: desk,
  split: desk,
  reopen: desk,
  close: desk,

  approve: approvers,
  return: approvers,
  correct: approvers,
  approveExtension: approvers,
  refuseExtension: approvers,

  waive: ['operator'],
  publishAgain: ['operator'],

  uploadAttachment: ['intake', ...staff],
  readAttachment: staff,

  readNotes: staff,
  writeNote: staff,

  readRegion: everyone,
  editRegion: [],
  editTemplates: desk,
  renderTemplate: staff,
  dryRunRouting: desk,
  importData: ['operator'],
  manageKeys: [],
  manageSubjects: [],
  readUsers: staff,
  manageUsers: [],
  readAbsences: staff,
  manageAbsences: ['operator', 'agency', 'coordinator', 'head', 'curator'],
  readNotifications: staff,
  manageWebhooks: ['agency', 'coordinator', 'head'],
  readTasks: desk,
  workTasks: ['operator'],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof table;
export const ACTIONS = Object.keys(table) as Action[];
export const PERMISSIONS: Readonly<Record<Action, readonly Role[]>> = table;

/** True when the role may do the action on something that it may see. */
export function mayDo(role: Role, action: Action): boolean {
  return role === 'admin' || PERMISSIONS[action].includes(role);
}

/** Roles that see only what their agency, or a department below it, holds. */
export function isAgencyRole(role: Role): boolean {
  return (agencyStaff as readonly Role[]).includes(role);
}
