import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { problem } from '../../contract/ops.js';
import { PERMISSIONS } from '../permissions.js';
import { ATTACHMENT_OPERATIONS } from './attachment-operations.js';
import { COMPLAINT_OPERATIONS } from './complaint-operations.js';
import { EXPORT_OPERATIONS } from './export-operations.js';
import { IMPORT_OPERATIONS } from './import-operations.js';
import { API, type Answer, type Operation } from './operation.js';
import { RESOURCE_OPERATIONS } from './resource-operations.js';
import { SUBJECT_OPERATIONS } from './subject-operations.js';
import { TRACK_OPERATIONS } from './track-operations.js';
import { WEBHOOK_OPERATIONS } from './webhook-operations.js';

type Json = Record<string, unknown>;

export const OPERATIONS: Operation[] = [
  ...COMPLAINT_OPERATIONS,
  ...TRACK_OPERATIONS,
  ...ATTACHMENT_OPERATIONS,
  ...RESOURCE_OPERATIONS,
  ...SUBJECT_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...IMPORT_OPERATIONS,
  ...EXPORT_OPERATIONS,
];

/** The OpenAPI 3.1 document of the whole API, made of the zod schemas that check it. */
export function openApiDocument(): Json {
  const schemas = new Schemas();
  const problemRef = schemas.of(problem, 'output');
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) {
    const path = (paths[operation.path] ??= {});
    path[operation.method] = describe(operation, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Otklik',
      version: '1',
      description:
        'The complaint desk of a regional management centre. Instants are ISO 8601 in UTC, durations milliseconds. Problems are RFC 9457 documents with a `code` of a closed list.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: schemas.components(),
      responses: Object.fromEntries(
        [...new Set(OPERATIONS.flatMap(problemsOf))]
          .sort((a, b) => a - b)
          .map((status) => [`Problem${status}`, problemAnswer(status, problemRef)]),
      ),
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY, IfMatch: IF_MATCH },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of POST /keys' },
      },
    },
  };
}

function describe(operation: Operation, schemas: Schemas): Json {
  const { method, path, tag, summary, description, action, query, body, versioned } = operation;
  const { bodyType = 'application/json' } = operation;
  const roles = action === null ? null : [...PERMISSIONS[action], 'admin'];
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => pathParameter(String(name))),
    ...(query ? queryParameters(schemas.of(query, 'input')) : []),
    ...(method === 'post' && path.startsWith(API)
      ? [{ $ref: '#/components/parameters/IdempotencyKey' }]
      : []),
    ...(versioned ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
  ];
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    description: [description, roles === null ? 'Open to all.' : `Roles: ${roles.join(', ')}.`]
      .filter(Boolean)
      .join('\n\n'),
    ...(roles === null ? { security: [] } : { security: [{ key: [] }], 'x-roles': roles }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { [bodyType]: { schema: schemas.of(body, 'input') } },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [
          status,
          answerOf(answer, schemas),
        ]),
      ),
      ...Object.fromEntries(
        problemsOf(operation).map((status) => [
          status,
          { $ref: `#/components/responses/Problem${status}` },
        ]),
      ),
    },
  };
}

function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api\/v1/, 'v1')
    .replace(/[{}]/g, '')
    .split(/[^a-zA-Z0-9]+/);
  return [method, ...words.filter(Boolean)]
    .map((word, i) => (i === 0 ? word : word[0]?.toUpperCase() + word.slice(1)))
    .join('');
}

const pathParameter = (name: string): Json => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string' },
});

/** `asParameter` in a schema says what a text on the wire means; see src/contract/list.ts. */
function queryParameters(schema: Json): Json[] {
  const members = (schema.properties ?? {}) as Record<string, Json>;
  return Object.entries(members).map(([name, { description, asParameter, ...plain }]) => {
    const shape = (asParameter ?? plain) as Json;
    return {
      name,
      in: 'query',
      ...(description === undefined ? {} : { description }),
      schema: shape,
      // Repeated or a comma list: both are taken.
      ...(shape.type === 'array' ? { style: 'form', explode: false } : {}),
    };
  });
}

const IDEMPOTENCY_KEY: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same call again under the same key has the answer of the first',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
const IF_MATCH: Json = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag that the change was made on; 412 when it is another by now',
  schema: { type: 'string' },
};
const HEADERS = {
  ETag: { description: 'The version', schema: { type: 'string' } },
  Location: { description: 'Where it is', schema: { type: 'string' } },
};

function answerOf(
  { description, schema, type = 'application/json', headers }: Answer,
  schemas: Schemas,
): Json {
  return {
    description,
    ...(headers
      ? { headers: Object.fromEntries(headers.map((name) => [name, HEADERS[name]])) }
      : {}),
    ...(schema
      ? {
          content: Object.fromEntries(
            [type].flat().map((each) => [each, { schema: schemas.of(schema, 'output') }]),
          ),
        }
      : {}),
  };
}

/** What can go wrong with a call follows from what it takes. */
function problemsOf(operation: Operation): number[] {
  const {
    path,
    method,
    action,
    query,
    body,
    versioned,
    command,
    problems = [],
    answers,
  } = operation;
  const statuses = new Set([
    ...problems,
    ...(action === null ? [] : [401, 403, 429, 503]),
    ...(path.includes('{') ? [404] : []),
    ...(path.includes('{token}') ? [429, 503] : []),
    ...(query ? [422] : []),
    ...(body ? [400, 413, 415, 422] : []),
    ...(method === 'post' ? [409, 422] : []),
    ...(versioned ? [400, 412] : []),
    ...(command ? [409] : []),
  ]);
  return [...statuses].filter((status) => !(status in answers)).sort((a, b) => a - b);
}

const problemAnswer = (status: number, schema: Json): Json => ({
  description: STATUS_CODES[status] ?? 'Problem',
  content: { 'application/problem+json': { schema } },
});

/** JSON Schemas of zod schemas; those with a name are kept once and referred to. */
class Schemas {
  private readonly named = new Map<string, Json>();

  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $defs, ...json } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        // Formats say it; their patterns are pages long. Whole numbers are as large as JSON's are.
        if (jsonSchema.format === 'uuid' || jsonSchema.format === 'date-time')
          delete jsonSchema.pattern;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        // Answers may gain members.
        if (io === 'output' && jsonSchema.additionalProperties === false) {
          delete jsonSchema.additionalProperties;
        }
      },
    }) as Json & { $defs?: Record<string, Json> };
    delete json.$schema;
    for (const [name, definition] of Object.entries($defs ?? {})) {
      this.named.set(name, rewritten(definition));
    }
    return rewritten(json);
  }

  components(): Record<string, Json> {
    return Object.fromEntries([...this.named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

const rewritten = (json: Json): Json =>
  JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
