import { z } from 'zod';
import { messageBody, ratingBody, trackedComplaint } from '../../contract/track.js';
import { API, type Operation } from './operation.js';

const one = `${API}/track/{token}`;
const open = { tag: 'Tracking', action: null } as const;
const done = { description: 'Taken', schema: z.looseObject({}) };

/** What a citizen can do by the private link, without a sign-in. */
export const TRACK_OPERATIONS: Operation[] = [
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
    summary: 'Say whether it is solved',
    body: ratingBody,
    answers: { 201: done },
    problems: [409, 410],
  },
  {
    ...open,
    method: 'post',
    path: `${one}/messages`,
    summary: 'Write a further word',
    body: messageBody,
    answers: { 202: done },
  },
  {
    ...open,
    method: 'post',
    path: `${one}/withdraw`,
    summary: 'Take the complaint back',
    body: z.strictObject({}),
    answers: { 200: done },
    problems: [409],
  },
];
