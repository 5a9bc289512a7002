import { z } from 'zod';
import { label } from './primitives.js';

/** Most attachments of one message or reply. */
const AT_ONCE_MAX = 20;

/** Uploads that a body binds, by their ids. */
export const attachmentIds = z
  .array(label(60))
  .max(AT_ONCE_MAX, `must have at most ${AT_ONCE_MAX} attachments`)
  .describe('Ids of own uploads that are not bound yet');

/** A message says something by its words or by what is attached to it. */
export const saysSomething = (body: {
  text: string;
  attachments?: string[] | undefined;
}): boolean => body.text !== '' || (body.attachments?.length ?? 0) > 0;
export const NO_WORDS = { path: ['text'], message: 'must not be empty' };

const location = z.object({ lat: z.number(), lon: z.number() });

/** POST /attachments: the form has one file and nothing else. */
export const uploadForm = z.strictObject({
  file: z
    .string()
    .meta({ format: 'binary' })
    .describe(
      'JPEG, PNG, WebP, GIF or PDF, known by its content. Pictures are made anew: upright, without metadata',
    ),
});

const file = z.object({
  id: z.uuid(),
  mediaType: z.string(),
  bytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  name: z.string().nullable().describe('As the person called the file'),
  url: z.string().describe('Serves any browser for a quarter of an hour at least'),
});

/** What an upload answers. */
export const uploadedFile = file
  .extend({
    locationHint: location
      .optional()
      .describe('Where the picture said that it was taken; nothing of it is left in the file'),
  })
  .meta({ id: 'UploadedFile' });
export type UploadedFile = z.output<typeof uploadedFile>;

/** An attachment as its citizen sees it. */
export const attachedFile = file.meta({ id: 'AttachedFile' });
export type AttachedFile = z.output<typeof attachedFile>;

/** An attachment as staff see it. */
export const attachment = file
  .extend({
    locationHint: location.nullable(),
    uploadedBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Attachment' });
export type Attachment = z.output<typeof attachment>;

/** The query of a signed link. */
export const linkQuery = z.object({ expires: z.string(), signature: z.string() });
