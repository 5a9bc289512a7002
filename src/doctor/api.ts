import { request } from 'undici';
import { ok, problem, words, type Check, type Verdict } from './check.js';

const LIMIT_MS = 5_000;
const BODY_MAX = 65_536;

/** The HTTP API: that it answers at `url`, and what it says of itself. */
export const apiCheck = (url: string): Check => ({
  id: 'api',
  title: words('HTTP API', 'HTTP API'),
  look: () => api(url),
});

async function api(url: string): Promise<Verdict> {
  try {
    const { statusCode, body } = await request(`${url.replace(/\/$/, '')}/readyz`, {
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    await body.dump({ limit: BODY_MAX });
    return statusCode === 200
      ? ok(`${url} отвечает`, `${url} answers`)
      : problem(
          words(`${url}: не готов (${statusCode})`, `${url}: not ready (${statusCode})`),
          words(`Откройте ${url}/readyz: там причина.`, `Open ${url}/readyz: it tells why.`),
        );
  } catch {
    return problem(
      words(`${url} не отвечает`, `${url} does not answer`),
      words('Запустите otklik api или исправьте адрес.', 'Start otklik api, or mend the address.'),
    );
  }
}
