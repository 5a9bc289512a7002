import { problem, words, type Check, type Server, type Status, type Verdict } from './check.js';

export interface Finding extends Verdict {
  id: string;
  title: Check['title'];
  durationMs: number;
}

/** No check takes longer, whatever hangs. */
const LIMIT_MS = 10_000;
const SERVERS: Server[] = ['postgresql', 'temporal'];

/**
 * Looks at everything: the servers first, then the rest one after the other, so that reading the region's files makes no
 * other check seem slow. Each is bounded in time and on its own; what asks a server that does not answer is skipped.
 */
export async function examine(checks: Check[], limitMs = LIMIT_MS): Promise<Finding[]> {
  const isServer = ({ id }: Check): boolean => (SERVERS as string[]).includes(id);
  const servers = await Promise.all(checks.filter(isServer).map((check) => run(check, limitMs)));
  const away = servers.filter(({ status }) => status === 'problem').map(({ id }) => id);
  const rest: Finding[] = [];
  for (const check of checks.filter((one) => !isServer(one))) {
    const missing = check.needs?.filter((server) => away.includes(server)) ?? [];
    rest.push(missing.length > 0 ? skipped(check, missing) : await run(check, limitMs));
  }
  const found = new Map([...servers, ...rest].map((finding) => [finding.id, finding]));
  return checks.flatMap(({ id }) => found.get(id) ?? []);
}

/** The worst of all: what a caller goes by. */
export function overall(findings: Finding[]): Exclude<Status, 'skipped'> {
  const has = (status: Status): boolean => findings.some((finding) => finding.status === status);
  return has('problem') ? 'problem' : has('warning') ? 'warning' : 'ok';
}

async function run({ id, title, look }: Check, limitMs: number): Promise<Finding> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => {
      resolve(tooSlow(limitMs));
    }, limitMs);
  });
  const looking = Promise.resolve().then(look).catch(failed);
  const verdict = await Promise.race([looking, limit]);
  clearTimeout(timer);
  return { id, title, ...verdict, durationMs: Math.round(performance.now() - startedAt) };
}

const LOOK_AGAIN = words(
  'Проверьте сеть и журналы серверов, затем повторите.',
  'Look at the network and the logs of the servers, then try again.',
);

const tooSlow = (limitMs: number): Verdict =>
  problem(
    words(`нет ответа за ${limitMs / 1_000} с`, `no answer within ${limitMs / 1_000} s`),
    LOOK_AGAIN,
  );

function failed(error: unknown): Verdict {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const said = [code, name, 'error'].find((part) => typeof part === 'string');
  return problem(
    words(`проверка не удалась (${said})`, `could not be looked at (${said})`),
    LOOK_AGAIN,
  );
}

const skipped = ({ id, title }: Check, missing: Server[]): Finding => ({
  id,
  title,
  status: 'skipped',
  found: words(
    `не проверено: нет ${missing.join(', ')}`,
    `not looked at: no ${missing.join(', ')}`,
  ),
  durationMs: 0,
});
