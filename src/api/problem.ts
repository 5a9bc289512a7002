import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isDatabaseAway } from '../db/pool.js';
import { AppError, invalid, unavailable } from '../errors.js';
import type { FieldError } from '../errors.js';

/**
 * RFC 9457 problem document. Members of `extra` win over the standard ones: a 409 of a state that forbids
 * a command says the complaint's `status` and `allowed` (docs/adr/0008).
 */
export interface Problem {
  type: string;
  title: string;
  status: number | string;
  code: string;
  detail: string;
  [member: string]: unknown;
}

export function problemOf(error: AppError): Problem {
  return {
    type: `urn:otklik:problem:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.message,
    ...error.extra,
  };
}

function pathText(path: PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') {
      return `${text}[${part}]`;
    }
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** zod's issues as fields: unknown members are named one by one, never their values. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: pathText([...issue.path, key.slice(0, 100)]),
          message: 'unknown field',
        }))
      : [{ path: pathText(issue.path), message: issue.message }],
  );
}

/**
 * Checks a body or a query against its schema.
 * @throws AppError `invalid` naming every wrong field.
 */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw invalid(fieldErrors(result.error));
  }
  return result.data;
}

/** Errors of Express' own parsers, which carry a `type` or a client's status. */
function parserError(error: unknown): AppError | null {
  const { type, status } = (error ?? {}) as { type?: unknown; status?: unknown };
  switch (type) {
    case 'entity.parse.failed':
      return new AppError('bad_json', 'The body is not valid JSON.');
    case 'entity.too.large':
      return new AppError('too_large', 'The body is larger than 1 MB.');
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new AppError('unsupported_type', 'The body must be JSON in UTF-8.');
    default:
      return typeof status === 'number' && status >= 400 && status < 500
        ? new AppError('bad_request', 'The request could not be read.')
        : null;
  }
}

function known(error: unknown): AppError | null {
  if (error instanceof AppError) {
    return error;
  }
  if (error instanceof z.ZodError) {
    return invalid(fieldErrors(error));
  }
  return isDatabaseAway(error) ? unavailable('The database') : parserError(error);
}

/** What a log may say of an unknown error: its kind and place. A message may quote a value, so PostgreSQL's is left out. */
function cause(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) {
    return { kind: typeof error };
  }
  const { code, constraint, table, column, routine } = error as unknown as Record<string, unknown>;
  const fromDatabase = typeof routine === 'string';
  return {
    kind: error.name,
    ...(fromDatabase ? { code, constraint, table, column, routine } : { message: error.message }),
    stack: error.stack?.split('\n').slice(fromDatabase ? 1 : 0),
  };
}

export function sendProblem(res: Response, error: AppError): void {
  if (error.code === 'unauthenticated') {
    res.setHeader('WWW-Authenticate', 'Bearer realm="otklik"');
  }
  if (error.retryAfterS !== undefined) {
    res.setHeader('Retry-After', String(error.retryAfterS));
  }
  res
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(error)));
}

/** The one place where an error becomes an answer. What is not in the closed list is a 500 without its text. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const answer = known(error);
    if (answer) {
      if (answer.status >= 500) {
        log.warn({ requestId: req.requestId, cause: cause(error) }, answer.code);
      }
      sendProblem(res, answer);
      return;
    }
    log.error({ requestId: req.requestId, cause: cause(error) }, 'unexpected error');
    res
      .status(500)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: 'urn:otklik:problem:internal',
          title: 'Internal Server Error',
          status: 500,
          code: 'internal',
          detail: 'Something went wrong here; it is logged under the request id.',
          requestId: req.requestId,
        }),
      );
  };
}
