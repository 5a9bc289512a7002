import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a call gave back. `body` is the parsed JSON; of a problem it has a `code`. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  ok: boolean;
  etag: string | undefined;
  body: T;
}

/** A page of any list. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}

/** The desk did not answer in many attempts. */
export class DeskAway extends Error {
  override name = 'DeskAway';
}

export interface DeskApiOptions {
  /** Where the API listens, without a path. */
  url: string;
  signal: AbortSignal;
  /** Told of every refusal, as `POST /complaints/{id}/accept 409 state_forbids`. */
  onRefusal: (what: string) => void;
}

const ATTEMPTS = 8;
const PAUSE_MIN_MS = 200;
const PAUSE_MAX_MS = 5_000;
const LIMIT_MS = 20_000;
const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d{6,12}/gi;

interface Call {
  key: string | null;
  method: string;
  path: string;
  body?: string | FormData | undefined;
  headers?: Record<string, string>;
}

/**
 * The desk's HTTP API as an outside system uses it: a call is repeated when the desk is away, busy or out of breath, a
 * POST under the same Idempotency-Key, and a refusal is an answer.
 */
export class DeskApi {
  constructor(private readonly options: DeskApiOptions) {}

  /** @throws DeskAway; the abort's reason when the demo stops. */
  get<T>(key: string | null, path: string): Promise<Answer<T>> {
    return this.#call<T>({ key, method: 'GET', path });
  }

  /** `version`: the ETag that the call rests on, sent as If-Match. @throws as `get`. */
  post<T>(key: string | null, path: string, body: unknown, version?: string): Promise<Answer<T>> {
    return this.#send<T>('POST', key, path, body, version);
  }

  patch<T>(key: string, path: string, body: unknown): Promise<Answer<T>> {
    return this.#send<T>('PATCH', key, path, body);
  }

  /** Sends a file as multipart field `file`. @throws as `get`. */
  upload<T>(key: string, path: string, file: { name: string; content: Buffer }) {
    const form = new FormData();
    const type = 'image/jpeg';
    form.set('file', new Blob([Uint8Array.from(file.content)], { type }), file.name);
    return this.#call<T>({
      key,
      method: 'POST',
      path,
      body: form,
      headers: { 'idempotency-key': randomUUID() },
    });
  }

  /** The items of a list, page after page, at most `max` of them. A refused page ends it. */
  async list<T>(key: string, path: string, max: number): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const at = new URLSearchParams({
        limit: String(Math.min(100, max - items.length)),
        ...(cursor !== null && { cursor }),
      });
      const page: Answer<Page<T>> = await this.get<Page<T>>(
        key,
        `${path}${path.includes('?') ? '&' : '?'}${at.toString()}`,
      );
      if (!page.ok) {
        break;
      }
      items.push(...page.body.items);
      cursor = page.body.nextCursor;
    } while (cursor !== null && items.length < max);
    return items;
  }

  #send<T>(
    method: string,
    key: string | null,
    path: string,
    body: unknown,
    version?: string,
  ): Promise<Answer<T>> {
    return this.#call<T>({
      key,
      method,
      path,
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
        ...(version !== undefined && { 'if-match': version }),
      },
    });
  }

  async #call<T>(call: Call): Promise<Answer<T>> {
    const { signal, onRefusal } = this.options;
    let pauseMs = PAUSE_MIN_MS;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const answer = await this.#once<T>(call);
      if (answer !== null && !isPassing(answer)) {
        if (!answer.ok) {
          const { code } = (answer.body ?? {}) as { code?: string };
          const path = call.path.replace(/\?.*$/, '').replace(ID, '{id}');
          const shown = path.replace(/track\/[^/]+/, 'track/{token}');
          onRefusal(`${call.method} ${shown} ${answer.status} ${code ?? ''}`);
        }
        return answer;
      }
      if (attempt === ATTEMPTS) {
        throw new DeskAway(`${call.method} ${call.path.replace(/\?.*$/, '')} was not answered`);
      }
      const waitMs = Math.max(pauseMs, answer?.retryAfterMs ?? 0);
      await sleep(Math.min(waitMs, PAUSE_MAX_MS), undefined, { signal });
      pauseMs *= 2;
    }
  }

  /** One attempt; null when no answer came. */
  async #once<T>(call: Call): Promise<(Answer<T> & { retryAfterMs: number }) | null> {
    const { url, signal } = this.options;
    // Not AbortSignal.any: a signal that lives as long as the demo would keep a trace of every call.
    const cut = new AbortController();
    const abort = () => cut.abort();
    const limit = setTimeout(abort, LIMIT_MS);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const response = await fetch(`${url}/api/v1${call.path}`, {
        method: call.method,
        headers: {
          ...(call.key !== null && { authorization: `Bearer ${call.key}` }),
          ...call.headers,
        },
        signal: cut.signal,
        ...(call.body !== undefined && { body: call.body }),
      });
      const text = await response.text();
      return {
        status: response.status,
        ok: response.ok,
        etag: response.headers.get('etag') ?? undefined,
        retryAfterMs: Number(response.headers.get('retry-after') ?? 0) * 1_000,
        body: (text === '' ? undefined : JSON.parse(text)) as T,
      };
    } catch {
      signal.throwIfAborted();
      // A body that is no JSON, or no answer at all: both pass.
      return null;
    } finally {
      clearTimeout(limit);
      signal.removeEventListener('abort', abort);
    }
  }
}

/** Another attempt may well succeed: the desk or a part of it is away, asks for patience, or still runs the first one. */
function isPassing({ status, body }: Answer<unknown>): boolean {
  const code = (body as { code?: string } | undefined)?.code;
  return status === 429 || status >= 500 || code === 'in_progress';
}
