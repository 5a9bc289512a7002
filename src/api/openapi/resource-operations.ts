import { z } from 'zod';
import { complaintListQuery, complaintPage, similarPage } from '../../contract/list.js';
import { health, readiness } from '../../contract/ops.js';
import {
  changeOf,
  dryRunBody,
  dryRunResult,
  itemOf,
  REGION_PATHS,
  REGION_RESOURCES,
  regionItemPage,
  regionListQuery,
  renderBody,
  renderResult,
} from '../../contract/region-resources.js';
import {
  absenceItem,
  absenceListQuery,
  absencePage,
  keyPage,
  madeKey,
  newAbsence,
  newKey,
  newUser,
  notificationListQuery,
  notificationPage,
  plainListQuery,
  taskItem,
  taskListQuery,
  taskPage,
  userChange,
  userItem,
  userListQuery,
  userPage,
} from '../../contract/resources.js';
import { editorsOf } from '../resources/region-items.js';
import { API, type Operation } from './operation.js';

const lists: Operation[] = [
  {
    method: 'get',
    path: `${API}/complaints`,
    tag: 'Complaints',
    summary: 'Complaints that fit, a page at a time',
    description:
      'An agency sees its own and those of its departments, and those it co-executes. A complaint that was there when the first page was read is neither skipped nor repeated by a later one, whatever changes meanwhile; lists sorted by what changes (`dueAt`, `-dueAt`, `-level`, `relevance`) keep their order for an hour and end at 10,000.',
    action: 'listComplaints',
    query: complaintListQuery,
    answers: { 200: { description: 'A page', schema: complaintPage } },
  },
  {
    method: 'get',
    path: `${API}/complaints/{id}/similar`,
    tag: 'Complaints',
    summary: 'Open and recent complaints close in words, of the same municipality or topic',
    action: 'readComplaint',
    answers: { 200: { description: 'The ten closest at most', schema: similarPage } },
  },
];

const regionItems: Operation[] = REGION_PATHS.flatMap((path): Operation[] => {
  const { body, name } = REGION_RESOURCES[path];
  const item = itemOf(path);
  const one = { tag: 'Region', path: `${API}/${path}/{id}` } as const;
  const all = { tag: 'Region', path: `${API}/${path}` } as const;
  return [
    {
      ...all,
      method: 'get',
      summary: `List: ${path}`,
      action: 'readRegion',
      query: regionListQuery(path),
      answers: { 200: { description: 'A page', schema: regionItemPage(path) } },
    },
    {
      ...all,
      method: 'post',
      summary: `Add: ${name}`,
      description:
        'The region is checked as a whole: references, circles, an answerer for every topic in every municipality, no rule that is never reached. A code that was retired comes back with its id.',
      action: editorsOf(path),
      body,
      answers: { 201: { description: 'Made', schema: item, headers: ['ETag', 'Location'] } },
      problems: [409],
    },
    {
      ...one,
      method: 'get',
      summary: `One by id or code: ${name}`,
      action: 'readRegion',
      answers: { 200: { description: 'The newest version', schema: item, headers: ['ETag'] } },
    },
    {
      ...one,
      method: 'patch',
      summary: `Change: ${name}`,
      description:
        'Makes a new version. Members are replaced whole; null takes an optional one away.',
      action: editorsOf(path),
      body: changeOf(path),
      versioned: true,
      answers: { 200: { description: 'The new version', schema: item, headers: ['ETag'] } },
    },
    {
      ...one,
      method: 'delete',
      summary: `Retire: ${name}`,
      action: editorsOf(path),
      versioned: true,
      answers: { 204: { description: 'Retired; complaints that name it keep its name' } },
      problems: [409, 422],
    },
  ];
});

const dryRun: Operation = {
  method: 'post',
  path: `${API}/routing-rules/dry-run`,
  tag: 'Region',
  summary: 'What triage would make of a text; nothing is written',
  action: 'dryRunRouting',
  body: dryRunBody,
  answers: {
    200: { description: 'Topic, place, answerer, rule, priority and dues', schema: dryRunResult },
  },
};

const rendering: Operation = {
  method: 'post',
  path: `${API}/templates/{id}/render`,
  tag: 'Region',
  summary: 'A template filled in for a complaint, to be read and corrected before it is sent',
  description:
    'Placeholders that neither the complaint nor `values` fills are named, each as a field (422); nothing is sent or stored.',
  action: 'renderTemplate',
  body: renderBody,
  answers: { 200: { description: 'The text', schema: renderResult } },
};

const people: Operation[] = [
  {
    method: 'get',
    path: `${API}/keys`,
    tag: 'People and keys',
    summary: 'Keys, without their secrets',
    action: 'manageKeys',
    query: plainListQuery,
    answers: { 200: { description: 'A page', schema: keyPage } },
  },
  {
    method: 'post',
    path: `${API}/keys`,
    tag: 'People and keys',
    summary: 'Make a key; it is shown this once',
    action: 'manageKeys',
    body: newKey,
    answers: { 201: { description: 'Made', schema: madeKey } },
    problems: [409],
  },
  {
    method: 'delete',
    path: `${API}/keys/{id}`,
    tag: 'People and keys',
    summary: 'Revoke a key',
    action: 'manageKeys',
    answers: { 204: { description: 'Revoked; it stops working within seconds' } },
  },
  {
    method: 'get',
    path: `${API}/users`,
    tag: 'People and keys',
    summary: 'People of the desk; an agency sees its own',
    action: 'readUsers',
    query: userListQuery,
    answers: { 200: { description: 'A page', schema: userPage } },
  },
  {
    method: 'post',
    path: `${API}/users`,
    tag: 'People and keys',
    summary: 'Add a person',
    action: 'manageUsers',
    body: newUser,
    answers: { 201: { description: 'Made', schema: userItem, headers: ['Location'] } },
  },
  {
    method: 'get',
    path: `${API}/users/{id}`,
    tag: 'People and keys',
    summary: 'One person',
    action: 'readUsers',
    answers: { 200: { description: 'The person', schema: userItem } },
  },
  {
    method: 'patch',
    path: `${API}/users/{id}`,
    tag: 'People and keys',
    summary: 'Change a person',
    action: 'manageUsers',
    body: userChange,
    answers: { 200: { description: 'As it is now', schema: userItem } },
  },
  {
    method: 'delete',
    path: `${API}/users/{id}`,
    tag: 'People and keys',
    summary: 'Make a person inactive',
    action: 'manageUsers',
    answers: { 204: { description: 'Inactive' } },
  },
  {
    method: 'get',
    path: `${API}/absences`,
    tag: 'People and keys',
    summary: 'Who is away, and who stands in',
    action: 'readAbsences',
    query: absenceListQuery,
    answers: { 200: { description: 'A page', schema: absencePage } },
  },
  {
    method: 'post',
    path: `${API}/absences`,
    tag: 'People and keys',
    summary: 'Record an absence with a deputy',
    description:
      'A deputy may be away too, with a deputy of their own; a chain that comes back is refused.',
    action: 'manageAbsences',
    body: newAbsence,
    answers: { 201: { description: 'Made', schema: absenceItem, headers: ['Location'] } },
  },
  {
    method: 'get',
    path: `${API}/absences/{id}`,
    tag: 'People and keys',
    summary: 'One absence',
    action: 'readAbsences',
    answers: { 200: { description: 'The absence', schema: absenceItem } },
  },
  {
    method: 'delete',
    path: `${API}/absences/{id}`,
    tag: 'People and keys',
    summary: 'Take an absence back',
    action: 'manageAbsences',
    answers: { 204: { description: 'Gone' } },
  },
];

const work: Operation[] = [
  {
    method: 'get',
    path: `${API}/tasks`,
    tag: 'Work',
    summary: 'What waits for a person, the oldest first',
    action: 'readTasks',
    query: taskListQuery,
    answers: { 200: { description: 'A page', schema: taskPage } },
  },
  {
    method: 'post',
    path: `${API}/tasks/{id}/done`,
    tag: 'Work',
    summary: 'Mark a task as done',
    action: 'workTasks',
    body: z.strictObject({}),
    answers: { 200: { description: 'As it is now', schema: taskItem } },
  },
  {
    method: 'get',
    path: `${API}/notifications`,
    tag: 'Work',
    summary: 'What people were told, the newest first',
    action: 'readNotifications',
    query: notificationListQuery,
    answers: { 200: { description: 'A page', schema: notificationPage } },
  },
];

const document = z.looseObject({ openapi: z.string() });
const open = { tag: 'Operations', method: 'get', action: null } as const;
const ops: Operation[] = [
  {
    ...open,
    path: '/healthz',
    summary: 'Whether the process lives',
    answers: { 200: { description: 'It does', schema: health } },
  },
  {
    ...open,
    path: '/readyz',
    summary: 'Whether the desk can work',
    answers: {
      200: { description: 'Ready, or degraded: only commands would fail', schema: readiness },
      503: { description: 'Not ready, with the reasons', schema: readiness },
    },
  },
  {
    ...open,
    path: '/metrics',
    summary: "Prometheus' text format",
    answers: { 200: { description: 'Metrics', schema: z.string(), type: 'text/plain' } },
  },
  ...['/openapi.json', `${API}/openapi.json`].map((path): Operation => ({
    ...open,
    path,
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1', schema: document } },
  })),
  {
    ...open,
    path: '/docs',
    summary: 'This document as a page',
    answers: { 200: { description: 'A page', schema: z.string(), type: 'text/html' } },
  },
];

/** Lists, the region's data, people, work and operations. */
export const RESOURCE_OPERATIONS: Operation[] = [
  ...lists,
  ...regionItems,
  dryRun,
  rendering,
  ...people,
  ...work,
  ...ops,
];
