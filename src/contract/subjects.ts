import { z } from 'zod';
import { STATUSES } from '../domain/transitions.js';
import { complaintRef, label } from './primitives.js';

const LIST_MAX = 20;
const IDS_MAX = 500;

const terms = {
  names: z.array(label(200)).max(LIST_MAX).default([]).describe('Full names, in the nominative'),
  handles: z
    .array(label(200))
    .max(LIST_MAX)
    .default([])
    .describe('Names at a source, with or without @'),
  contacts: z.array(label(200)).max(LIST_MAX).default([]).describe('Phones and mail addresses'),
};

const isGiven = (body: Record<string, unknown[]>): boolean =>
  Object.values(body).some((list) => list.length > 0);

/** Who is looked for. */
export const subjectBody = z
  .strictObject({
    ...terms,
    complaints: z
      .array(complaintRef)
      .max(LIST_MAX)
      .default([])
      .describe('Complaints of the person; their others are found with them'),
  })
  .refine(isGiven, {
    path: ['contacts'],
    message: 'a name, handle, contact or complaint is needed',
  });

/** What of the found is erased. */
export const eraseBody = z
  .strictObject({
    complaints: z.array(complaintRef).max(IDS_MAX).default([]).describe('Erased as a whole'),
    mentions: z
      .array(z.uuid())
      .max(IDS_MAX)
      .default([])
      .describe(
        'Texts of other complaints, by the ids that the search gave: the person is taken out of them',
      ),
    ...terms,
  })
  .refine(({ complaints, mentions }) => complaints.length + mentions.length > 0, {
    path: ['complaints'],
    message: 'a complaint or a mention is needed',
  });

export const foundSubject = z
  .object({
    complaints: z.array(
      z.object({
        id: z.uuid(),
        number: z.string(),
        source: z.string(),
        status: z.enum(STATUSES),
        receivedAt: z.iso.datetime(),
        erasedAt: z.iso.datetime().nullable(),
        author: z.object({
          name: z.string().nullable(),
          handle: z.string().nullable(),
          contact: z.string().nullable(),
        }),
        texts: z.int().describe('Texts of every kind that are left'),
      }),
    ),
    mentions: z.array(
      z.object({
        id: z.uuid(),
        kind: z.string(),
        complaint: z.object({ id: z.uuid(), number: z.string() }),
        excerpt: z.string(),
      }),
    ),
    truncated: z
      .boolean()
      .describe('There are more than 500 of either: erase these and search again'),
  })
  .meta({ id: 'FoundSubject' });

export const erasedSubject = z
  .object({
    complaints: z.array(
      z.object({
        number: z.string(),
        status: z.enum(STATUSES),
        withdrawn: z.boolean().describe('It was open and is closed now'),
      }),
    ),
    redacted: z.int().describe('Texts of others that named the person'),
  })
  .meta({ id: 'ErasedSubject' });

export const subjectExport = z
  .object({
    complaints: z.array(
      z.object({
        number: z.string(),
        source: z.string(),
        status: z.string(),
        receivedAt: z.iso.datetime(),
        postedAt: z.iso.datetime().nullable(),
        closedAt: z.iso.datetime().nullable(),
        author: z.object({
          name: z.string().nullable(),
          handle: z.string().nullable(),
          contact: z.string().nullable(),
        }),
        externalId: z.string().nullable(),
        url: z.string().nullable(),
        address: z.string().nullable(),
        location: z.object({ lat: z.number(), lon: z.number() }).nullable(),
        topic: z.string().nullable(),
        municipality: z.string().nullable(),
        texts: z.array(z.object({ kind: z.string(), text: z.string() })),
        ratings: z.array(
          z.object({ rating: z.int().nullable(), solved: z.boolean().nullable(), at: z.string() }),
        ),
        attachments: z
          .array(z.object({ id: z.uuid(), mediaType: z.string(), name: z.string().nullable() }))
          .describe('Files, to be had by `GET /attachments/{id}`'),
        imported: z.unknown().describe('What a former system told of the person beside'),
      }),
    ),
    mentions: z.array(z.object({ complaint: z.string(), kind: z.string(), excerpt: z.string() })),
    truncated: z.boolean(),
  })
  .meta({ id: 'SubjectExport' });
