import { createTransport, type Transporter } from 'nodemailer';
import { openTask } from '../db/tasks.js';
import { toWorld } from '../domain/world-clock.js';
import type { Dispatcher, RelayDeps } from './relay.js';

/** After this many failures an operator is asked to tell the citizen another way. */
const ATTEMPTS_MAX = 5;
const TIMEOUT_MS = 10_000;

interface MailRow {
  number: string;
  contact: string | null;
  token: string;
  published_at: Date | null;
}

const transports = new Map<string, Transporter>();

/** Tells the citizen by mail that there is an answer at the private link; the mail itself holds no words of it. */
export const sendMail: Dispatcher = async (row, deps) => {
  const { publicationId, kind } = row.payload as {
    publicationId: string;
    kind: 'interim' | 'final' | 'question';
  };
  const { rows } = await deps.pool.query<MailRow>(
    `select c.number, c.author_contact as contact, c.track_token as token, p.published_at
     from publications p join complaints c on c.id = p.complaint_id where p.id = $1`,
    [publicationId],
  );
  const mail = rows[0];
  if (mail?.contact == null) {
    return 'done';
  }
  const smtpUrl = deps.config.SMTP_URL;
  if (smtpUrl === undefined) {
    return giveUp(deps, row.complaint_id, publicationId, 'smtp_not_configured');
  }
  try {
    await transportOf(smtpUrl).sendMail({
      from: deps.config.MAIL_FROM,
      to: mail.contact,
      // The same id at every attempt, so that a repeated mail is known as the same one.
      messageId: `<${publicationId}@otklik>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      ...wordsOf(kind, mail.number, `${deps.config.publicUrl}/track/${mail.token}`),
    });
    return 'done';
  } catch (error) {
    const code = (error as { responseCode?: number }).responseCode ?? 0;
    if (code >= 500 || row.attempts >= ATTEMPTS_MAX) {
      return giveUp(
        deps,
        row.complaint_id,
        publicationId,
        code >= 500 ? `smtp_${code}` : 'smtp_failing',
      );
    }
    // The transport's own text may hold the address, so only its code goes on.
    throw new MailFailed(code);
  }
};

class MailFailed extends Error {
  override name = 'MailFailed';

  constructor(code: number) {
    super(`the mail server did not take the mail (${code || 'no answer'})`);
  }
}

async function giveUp(
  deps: RelayDeps,
  complaintId: string,
  subject: string,
  reason: string,
): Promise<'done'> {
  await openTask(
    deps.pool,
    complaintId,
    { kind: 'mail_notice', subject, reason },
    toWorld(deps.clock, Date.now()),
  );
  return 'done';
}

function transportOf(url: string): Transporter {
  let transport = transports.get(url);
  if (transport === undefined) {
    transport = createTransport({
      url,
      pool: true,
      maxConnections: 2,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    } as Parameters<typeof createTransport>[0]);
    transports.set(url, transport);
  }
  return transport;
}

function wordsOf(
  kind: 'interim' | 'final' | 'question',
  number: string,
  link: string,
): { subject: string; text: string } {
  const [ru, en] = {
    interim: ['дан промежуточный ответ', 'has an interim reply'],
    final: ['дан ответ', 'has been answered'],
    question: ['нужно ваше уточнение', 'needs a word from you'],
  }[kind] as [string, string];
  return {
    subject: `Обращение ${number}: ${ru}`,
    text: [
      `По вашему обращению ${number} ${ru}.`,
      `Прочитать, ответить и оценить: ${link}`,
      '',
      `Your message ${number} ${en}.`,
      `Read it, answer and rate it: ${link}`,
    ].join('\n'),
  };
}
