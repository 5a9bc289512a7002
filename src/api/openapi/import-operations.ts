import {
  importForm,
  importItem,
  importProblemPage,
  importProblemQuery,
} from '../../contract/imports.js';
import { API, type Operation } from './operation.js';

const description =
  'The kind of file is found by its content: XLSX, or CSV in UTF-8, windows-1251 or UTF-16 with `;`, `,` or tab. The columns are those of an incident export, or what `mapping` says. A row that is here already adds nothing; a bad one is told with its number, column and reason, and the others go in. Closed rows become history and start nothing; open ones become complaints, slowly.';

export const IMPORT_OPERATIONS: Operation[] = [
  {
    method: 'post',
    path: `${API}/imports`,
    tag: 'Exchange',
    summary: "Brings in another system's table",
    description,
    action: 'importData',
    body: importForm,
    bodyType: 'multipart/form-data',
    answers: {
      202: {
        description: 'Taken; it is carried out by the worker',
        schema: importItem,
        headers: ['Location'],
      },
    },
    problems: [413, 415, 422, 503, 507],
  },
  {
    method: 'get',
    path: `${API}/imports/{id}`,
    tag: 'Exchange',
    summary: 'Where an import stands',
    action: 'importData',
    answers: { 200: { description: 'The import', schema: importItem } },
  },
  {
    method: 'get',
    path: `${API}/imports/{id}/problems`,
    tag: 'Exchange',
    summary: 'What was wrong with its rows, a page at a time',
    action: 'importData',
    query: importProblemQuery,
    answers: { 200: { description: 'A page', schema: importProblemPage } },
  },
];
