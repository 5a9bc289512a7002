import { z } from 'zod';
import { eraseOwnBody, messageBody, ratingBody, trackedComplaint } from '../../contract/track.js';
import { API, type Operation } from './operation.js';

const one = `${API}/track/{token}`;
const open = { tag: 'Tracking', action: null } as const;

const calls: Operation[] = [
  {
    ...open,
    method: 'get',
    path: one,
    summary: 'How the case stands, and the answer',
    answers: { 200: { description: 'The case', schema: trackedComplaint } },
  },
  {
    ...open,
    method: 'post',
    path: `${one}/rating`,
    summary: 'Say whether it is solved, within 15 days and once an answer',
    body: ratingBody,
    answers: {
      201: {
        description: 'Taken, and whether it opens the complaint again',
        schema: z.object({ number: z.string(), reopens: z.boolean() }).meta({ id: 'RatingTaken' }),
      },
    },
    problems: [410],
  },
  {
    ...open,
    method: 'post',
    path: `${one}/messages`,
    summary: 'Write a further word',
    body: messageBody,
    answers: {
      202: {
        description: 'Taken, and whether it was there already',
        schema: z.object({ number: z.string(), duplicate: z.boolean() }).meta({ id: 'WordTaken' }),
      },
    },
  },
  {
    ...open,
    method: 'post',
    path: `${one}/withdraw`,
    summary: 'Take the complaint back',
    body: z.strictObject({}),
    answers: { 200: { description: 'The case as it is now', schema: trackedComplaint } },
  },
  {
    ...open,
    method: 'post',
    path: `${one}/erase`,
    summary: 'Erase what the complaint tells of its author; an open one is withdrawn',
    body: eraseOwnBody,
    answers: { 200: { description: 'What is left of the case', schema: trackedComplaint } },
  },
];

const page = { description: 'The page', schema: z.string(), type: 'text/html' };
const form = 'application/x-www-form-urlencoded';

/** The same for a browser without scripts: a page, and forms that lead back to it. */
const pages: Operation[] = [
  {
    ...open,
    method: 'get',
    path: '/track/{token}',
    summary: "The citizen's page, in Russian or English",
    answers: { 200: page },
  },
  ...(
    [
      ['rating', ratingBody],
      ['messages', messageBody],
      ['withdraw', z.strictObject({})],
      ['erase', eraseOwnBody],
    ] as const
  ).map(([path, body]): Operation => ({
    ...open,
    method: 'post',
    path: `/track/{token}/${path}`,
    summary: `The page's form: ${path}`,
    body,
    bodyType: form,
    answers: { 303: { description: 'Back to the page' } },
  })),
];

/** What a citizen can do by the private link, without a sign-in. */
export const TRACK_OPERATIONS: Operation[] = [...calls, ...pages];
