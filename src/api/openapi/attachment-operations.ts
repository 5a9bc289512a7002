import { z } from 'zod';
import { linkQuery, uploadedFile, uploadForm } from '../../contract/attachments.js';
import { API, type Operation } from './operation.js';

const tag = 'Attachments';

const upload = {
  method: 'post',
  tag,
  body: uploadForm,
  bodyType: 'multipart/form-data',
  answers: {
    201: {
      description: 'Kept; removed after a day unless something binds it',
      schema: uploadedFile,
      headers: ['Location'],
    },
  },
  problems: [410, 503, 507],
} satisfies Partial<Operation>;

const bytes = {
  description: 'The file itself',
  schema: z.string().meta({ format: 'binary' }),
  type: 'application/octet-stream',
};

/** Files: sending them before what they belong to, and fetching them. */
export const ATTACHMENT_OPERATIONS: Operation[] = [
  {
    ...upload,
    path: `${API}/attachments`,
    summary: 'Send a file, to be named by the complaint or reply that it belongs to',
    action: 'uploadAttachment',
  },
  {
    ...upload,
    path: `${API}/track/{token}/attachments`,
    summary: 'Send a file, to be named by a further word',
    action: null,
  },
  {
    method: 'get',
    path: `${API}/attachments/{id}`,
    tag,
    summary: 'A file of a complaint that the caller may see, or of an own upload',
    description: 'Pictures are upright, in sRGB and without metadata.',
    action: 'readAttachment',
    answers: { 200: bytes },
  },
  {
    method: 'get',
    path: '/files/{id}',
    tag,
    summary: 'A file by a signed link, as complaints, replies and tracking pages give it',
    action: null,
    query: linkQuery,
    answers: { 200: bytes },
    problems: [410, 503],
  },
];
