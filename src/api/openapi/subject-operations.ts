import {
  eraseBody,
  erasedSubject,
  foundSubject,
  subjectBody,
  subjectExport,
} from '../../contract/subjects.js';
import { API, type Operation } from './operation.js';

/** What lies about a person. */
export const SUBJECT_OPERATIONS: Operation[] = [
  {
    method: 'post',
    path: `${API}/subjects/search`,
    tag: 'Personal data',
    summary: 'Everything that lies about a person',
    description:
      'Complaints they wrote, and texts of other complaints that name them: names in any grammatical case, phones however they are spaced. Nothing of it is kept under an Idempotency-Key.',
    action: 'manageSubjects',
    body: subjectBody,
    answers: { 200: { description: 'What was found', schema: foundSubject } },
  },
  {
    method: 'post',
    path: `${API}/subjects/export`,
    tag: 'Personal data',
    summary: 'The same as a document for the person',
    description: 'Internal notes are left out.',
    action: 'manageSubjects',
    body: subjectBody,
    answers: { 200: { description: 'All of it', schema: subjectExport } },
  },
  {
    method: 'post',
    path: `${API}/subjects/erase`,
    tag: 'Personal data',
    summary: 'Erase a person',
    description:
      'Open complaints are withdrawn before, where their state allows it. Numbers, topics, times and timelines stay, and the timelines still verify. May be repeated.',
    action: 'manageSubjects',
    body: eraseBody,
    answers: { 200: { description: 'What was erased', schema: erasedSubject } },
  },
];
