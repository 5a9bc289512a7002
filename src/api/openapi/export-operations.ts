import { z } from 'zod';
import { exportItem, newExport } from '../../contract/exports.js';
import { API, type Operation } from './operation.js';

const tag = 'Exports';
const action = 'exportComplaints' as const;
const file = {
  description:
    'The file, made while it is sent. Content-Disposition names it in ASCII and in UTF-8. A file that arrives whole ended as HTTP says; one that was cut off did not',
  schema: z.string().meta({ format: 'binary' }),
  type: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'text/csv'],
};

/** Complaints as files. */
export const EXPORT_OPERATIONS: Operation[] = [
  {
    method: 'post',
    path: `${API}/exports`,
    tag,
    summary: 'Ask for complaints as a table: XLSX or CSV',
    description:
      'The file can be fetched at once, and again for 24 hours. An agency gets its own complaints, as in lists. An analyst gets neither names, contacts, addresses, links nor texts, and does not filter by `q`.',
    action,
    body: newExport,
    answers: {
      202: { description: 'Ready to be fetched', schema: exportItem, headers: ['Location'] },
    },
  },
  {
    method: 'get',
    path: `${API}/exports/{id}`,
    tag,
    summary: 'How an export stands',
    description:
      'With `Accept` of its own type it gives the file. Only who asked for it may see it.',
    action,
    answers: { 200: { description: 'How it stands', schema: exportItem } },
  },
  {
    method: 'get',
    path: `${API}/exports/{id}/file`,
    tag,
    summary: 'The file of an export',
    action,
    answers: { 200: file },
  },
];
