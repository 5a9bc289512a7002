import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import type { Config } from '../config.js';
import { findRegionDir } from '../region/find-region-dir.js';
import { readRegion } from '../region/read-region.js';
import { ok, problem, warning, words, type Check, type Verdict } from './check.js';

const NODE_MIN: [number, number] = [20, 20];
const GB = 1024 ** 3;
const DISK_PROBLEM_BYTES = 1 * GB;
const DISK_WARNING_BYTES = 5 * GB;
const MAIL_TIMEOUT_MS = 5_000;

/** What needs no server of the desk: this machine, its settings and files, and the mail server. */
export function machineChecks(config: Config): Check[] {
  return [
    { id: 'node', title: words('Node.js', 'Node.js'), look: node },
    {
      id: 'disk',
      title: words('Диск данных', 'Disk of the data directory'),
      look: () => disk(config.dataDir),
    },
    {
      id: 'region-files',
      title: words('Файлы региона', "The region's files"),
      look: () => regionFiles(config.OTKLIK_REGION),
    },
    {
      id: 'audit-key',
      title: words('Ключ аудита', 'Audit key'),
      look: () => auditKey(config.OTKLIK_AUDIT_KEY),
    },
    { id: 'mail', title: words('Почта', 'Mail'), look: () => mail(config.SMTP_URL) },
  ];
}

function node(): Verdict {
  const { node: version } = process.versions;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1]);
  return isOld
    ? problem(
        words(version, version),
        words(
          `Установите Node.js ${NODE_MIN.join('.')} или новее.`,
          `Install Node.js ${NODE_MIN.join('.')} or newer.`,
        ),
      )
    : ok(version, version);
}

async function disk(dir: string): Promise<Verdict> {
  try {
    await access(dir, constants.R_OK | constants.W_OK);
  } catch {
    return problem(
      words(
        `${dir}: нет такой папки или нет права записи`,
        `${dir}: no such folder, or it cannot be written`,
      ),
      words('Укажите OTKLIK_DATA_DIR или дайте права.', 'Set OTKLIK_DATA_DIR, or give the rights.'),
    );
  }
  const { bavail, bsize, blocks } = await statfs(dir);
  const free = bavail * bsize;
  const share = Math.round((100 * bavail) / Math.max(1, blocks));
  const gb = (free / GB).toFixed(1);
  const found = words(`свободно ${gb} ГБ (${share} %)`, `${gb} GB free (${share} %)`);
  const todo = words(
    'Освободите место: без него PostgreSQL и вложения встанут.',
    'Free some space: without it PostgreSQL and attachments stop.',
  );
  return free < DISK_PROBLEM_BYTES
    ? problem(found, todo)
    : free < DISK_WARNING_BYTES
      ? warning(found, todo)
      : { status: 'ok', found };
}

async function regionFiles(region: string): Promise<Verdict> {
  try {
    const { code, agencies, topics } = await readRegion(findRegionDir(region));
    return ok(
      `${code}: исполнителей ${agencies.length}, тем ${topics.length}, ошибок нет`,
      `${code}: ${agencies.length} agencies, ${topics.length} topics, no mistakes`,
    );
  } catch (error) {
    const isTold = error instanceof Error && error.name === 'RegionFileError';
    const [first = ''] = isTold ? error.message.split('\n') : [];
    return problem(
      words(`файлы не читаются: ${first}`, `they cannot be read: ${first}`),
      words('Выполните otklik region check и исправьте.', 'Run otklik region check and mend them.'),
    );
  }
}

const auditKey = (key: string | undefined): Verdict =>
  key === undefined
    ? warning(
        words('OTKLIK_AUDIT_KEY не задан', 'OTKLIK_AUDIT_KEY is not set'),
        words(
          'Задайте не менее 20 знаков и храните вне базы: им подписываются корни аудита.',
          'Set at least 20 characters and keep them outside the database: they sign the audit roots.',
        ),
      )
    : ok('задан', 'set');

async function mail(url: string | undefined): Promise<Verdict> {
  if (url === undefined) {
    return warning(
      words('SMTP_URL не задан', 'SMTP_URL is not set'),
      words(
        'Задайте почтовый сервер, иначе каждое письмо становится задачей оператора.',
        "Set a mail server, or each mail becomes an operator's task.",
      ),
    );
  }
  const transport = createTransport({
    url,
    connectionTimeout: MAIL_TIMEOUT_MS,
    greetingTimeout: MAIL_TIMEOUT_MS,
    socketTimeout: MAIL_TIMEOUT_MS,
  } as Parameters<typeof createTransport>[0]);
  try {
    await transport.verify();
    return ok('сервер отвечает', 'the server answers');
  } catch (error) {
    const { code } = error as { code?: string };
    const said = code ?? 'failed';
    return problem(
      words(`сервер не принимает нас (${said})`, `the server does not take us (${said})`),
      words(
        'Проверьте адрес, имя и пароль в SMTP_URL.',
        'Look at address, name and password in SMTP_URL.',
      ),
    );
  } finally {
    transport.close();
  }
}
