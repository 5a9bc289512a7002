/** The closed list of error codes: code → HTTP status. Everything else is a 500 without its text. */
const STATUS_OF = {
  bad_json: 400,
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  state_forbids: 409,
  conflict: 409,
  identical_reply: 409,
  in_progress: 409,
  gone: 410,
  stale_version: 412,
  too_large: 413,
  unsupported_type: 415,
  invalid: 422,
  idempotency_mismatch: 422,
  rate_limited: 429,
  unavailable: 503,
  storage_full: 507,
} as const;

export type ErrorCode = keyof typeof STATUS_OF;

/** A field of a body or query that is wrong: `path` as `author.name` or `attachments[3]`. */
export interface FieldError {
  path: string;
  message: string;
}

/** An error the caller may see. `message` never holds a citizen's words. */
export class AppError extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Members added to the problem document, such as `fields`, `status` or `allowed`. */
    readonly extra: Record<string, unknown> = {},
    readonly retryAfterS?: number,
  ) {
    super(message);
    this.name = 'AppError';
    this.status = STATUS_OF[code];
  }
}

export const notFound = (): AppError => new AppError('not_found', 'No such resource.');

export const invalid = (fields: FieldError[]): AppError =>
  new AppError('invalid', fields.map((f) => `${f.path}: ${f.message}`).join('; '), { fields });

export const unavailable = (what: string, retryAfterS = 5): AppError =>
  new AppError('unavailable', `${what} is not available now; try again.`, {}, retryAfterS);
