import dns, { type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { literalAddress, mayConnect } from './addresses.js';
import type { UrlRules } from './receiver-url.js';
import { signatures, type Secrets } from './signature.js';

/** What is sent: the same id and body at every attempt. */
export interface Message {
  id: string;
  url: string;
  body: string;
  secrets: Secrets;
}

/** What came of one attempt. Nothing that the receiver said is kept but its status. */
export interface Outcome {
  delivered: boolean;
  status: number | null;
  /** A code; null when delivered. */
  error: string | null;
  durationMs: number;
  /** What the receiver asked for by Retry-After. */
  retryAfterMs: number | null;
}

export type Resolve = (host: string) => Promise<LookupAddress[]>;

export interface SenderOptions extends UrlRules {
  /** Of an attempt as a whole: name, connection, answer. */
  timeoutMs?: number;
  /** The system's resolver when left out. */
  resolve?: Resolve;
}

export const ATTEMPT_TIMEOUT_MS = 15_000;
/** So much of an answer's body is read, for the connection's sake. */
const BODY_MAX = 16_384;
const RETRY_AFTER_MAX_MS = 24 * 3_600_000;
const FORBIDDEN = 'ERR_ADDRESS_FORBIDDEN';

/** Codes of Node and undici, as the delivery log calls them. */
const ERRORS: [pattern: RegExp, error: string][] = [
  [new RegExp(FORBIDDEN), 'address_forbidden'],
  [/TIMEOUT|ETIMEDOUT|ABORTED|TimeoutError|AbortError/, 'timeout'],
  [/ECONNREFUSED/, 'refused'],
  [/ECONNRESET|EPIPE|UND_ERR_SOCKET/, 'reset'],
  [/ENOTFOUND|EAI_/, 'dns'],
  [/EHOSTUNREACH|ENETUNREACH|EHOSTDOWN/, 'unreachable'],
  [/TLS|SSL|CERT|UNABLE_TO_|SELF_SIGNED|EPROTO/, 'tls'],
  [/HPE_|HTTPParser|HEADERS_OVERFLOW|RESPONSE/, 'bad_response'],
];

const systemResolve: Resolve = (host) => dns.promises.lookup(host, { all: true });

/**
 * Makes single attempts. Every connection is checked when it is made: the addresses that the name has at that very
 * moment, so that a name which pointed elsewhere when the webhook was made gains nothing. Redirects are not followed.
 */
export class WebhookSender {
  private readonly agent: Agent;
  /** One question a name at a time: a name server that hangs must not take up all threads that look names up. */
  private readonly asked = new Map<string, Promise<LookupAddress[]>>();

  constructor(private readonly options: SenderOptions) {
    const timeout = options.timeoutMs ?? ATTEMPT_TIMEOUT_MS;
    this.agent = new Agent({
      connect: { lookup: this.lookup, timeout },
      headersTimeout: timeout,
      bodyTimeout: timeout,
      pipelining: 1,
    });
  }

  async send(message: Message): Promise<Outcome> {
    const startedAt = performance.now();
    const outcome = (
      status: number | null,
      error: string | null,
      retryAfterMs: number | null = null,
    ): Outcome => ({
      delivered: error === null,
      status,
      error,
      durationMs: Math.round(performance.now() - startedAt),
      retryAfterMs,
    });
    const url = new URL(message.url);
    if (url.protocol !== 'https:' && this.options.requireHttps) {
      return outcome(null, 'https_required');
    }
    // Names are looked up by the connection; a literal address never is.
    const literal = literalAddress(url);
    if (literal !== null && !mayConnect(this.options.allow, url.hostname, literal)) {
      return outcome(null, 'address_forbidden');
    }
    const signal = AbortSignal.timeout(this.options.timeoutMs ?? ATTEMPT_TIMEOUT_MS);
    try {
      const { statusCode, headers, body } = await this.agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        headers: headersOf(message),
        body: message.body,
        signal,
      });
      // The status decides; what follows it is read, within limits, only to use the connection again.
      await body.dump({ limit: BODY_MAX, signal }).catch(() => undefined);
      const isTaken = statusCode >= 200 && statusCode < 300;
      return outcome(statusCode, isTaken ? null : 'status', retryAfter(headers['retry-after']));
    } catch (error) {
      return outcome(null, errorCode(error));
    }
  }

  /** Gives its connections up. */
  close(): Promise<void> {
    return this.agent.destroy();
  }

  private readonly lookup: LookupFunction = (host, options, done) => {
    this.resolve(host).then(
      (found) => {
        const allowed = found.filter(({ address }) =>
          mayConnect(this.options.allow, host, address),
        );
        const [first] = allowed;
        if (first === undefined) {
          const refusal = new Error('no address of this name may be connected to');
          done(Object.assign(refusal, { code: FORBIDDEN }), '', 0);
        } else if (options.all) {
          done(null, allowed);
        } else {
          done(null, first.address, first.family);
        }
      },
      (error: NodeJS.ErrnoException) => {
        done(error, '', 0);
      },
    );
  };

  private resolve(host: string): Promise<LookupAddress[]> {
    const asking = this.asked.get(host);
    if (asking !== undefined) {
      return asking;
    }
    const asked = (this.options.resolve ?? systemResolve)(host).finally(() => {
      this.asked.delete(host);
    });
    this.asked.set(host, asked);
    return asked;
  }
}

/** Signed anew at each attempt, since the timestamp is the attempt's. Machine time: the receiver compares it with its own. */
function headersOf({ id, body, secrets }: Message): Record<string, string> {
  const now = new Date();
  return {
    'content-type': 'application/json',
    'user-agent': 'Otklik-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': signatures(secrets, id, now, body),
  };
}

/** Seconds or an HTTP date, as ms from now; null when it says nothing of use. */
function retryAfter(header: string | string[] | undefined): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) {
    return null;
  }
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, RETRY_AFTER_MAX_MS) : null;
}

function errorCode(error: unknown): string {
  const { code, name, cause, errors } = (error ?? {}) as {
    code?: unknown;
    name?: unknown;
    cause?: unknown;
    errors?: unknown[];
  };
  const inner = errors?.[0] ?? cause;
  const innerCode = (inner as { code?: unknown } | undefined)?.code;
  const said = [code, innerCode, name].filter((part) => typeof part === 'string').join(' ');
  return ERRORS.find(([pattern]) => pattern.test(said))?.[1] ?? 'failed';
}
