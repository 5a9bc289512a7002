import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { openDesk, type HttpDesk } from '../support/http-desk.js';

/** A mail server that keeps what it is given; it refuses the address `gone@`. */
interface Mailbox {
  url: string;
  mails: { to: string[]; text: string }[];
  close(): Promise<void>;
}

async function openMailbox(): Promise<Mailbox> {
  const mails: Mailbox['mails'] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      done(
        address.startsWith('gone@')
          ? Object.assign(new Error('no such box'), { responseCode: 550 })
          : undefined,
      );
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const POTHOLES = 'В Арзамасе на улице Ленина огромные ямы на дороге, проехать невозможно';

async function answer(desk: HttpDesk, contact: string): Promise<{ id: string }> {
  const complaint = await desk.intake(POTHOLES, { author: { name: 'Анна', contact } });
  const { status } = await desk.call('POST', `/complaints/${complaint.id}/replies`, {
    kind: 'final',
    text: 'Ямы заделаны.',
  });
  expect(status).toBe(201);
  await desk.until(complaint.id, (shown) => shown.status === 'closed');
  return complaint;
}

async function tasksOf(desk: HttpDesk, id: string): Promise<{ kind: string; reason: string }[]> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const { rows } = await desk.pool.query<{ kind: string; reason: string }>(
      `select kind, reason from tasks where complaint_id = $1 and kind = 'mail_notice'`,
      [id],
    );
    if (rows.length > 0 || Date.now() > deadline) {
      return rows;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a mail notice', () => {
  let mailbox: Mailbox;
  let desk: HttpDesk;
  beforeAll(async () => {
    mailbox = await openMailbox();
    desk = await openDesk({ SMTP_URL: mailbox.url });
  }, 60_000);
  afterAll(async () => {
    await desk.close();
    await mailbox.close();
  });

  it('tells the citizen once where the answer stands, and not what it says', async () => {
    await answer(desk, 'anna@example.org');

    const deadline = Date.now() + 15_000;
    while (mailbox.mails.length === 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(mailbox.mails.map(({ to }) => to)).toEqual([['anna@example.org']]);
    const { text } = mailbox.mails[0]!;
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).not.toContain('Ямы заделаны');
  });

  it('that the mail server refuses becomes an operator’s task, and the complaint is closed', async () => {
    const { id } = await answer(desk, 'gone@example.org');

    expect(await tasksOf(desk, id)).toEqual([{ kind: 'mail_notice', reason: 'smtp_550' }]);
  });
});

describe('without a mail server', () => {
  it('a notice waits as an operator’s task', async () => {
    const desk = await openDesk();
    try {
      const { id } = await answer(desk, 'anna@example.org');

      expect(await tasksOf(desk, id)).toEqual([
        { kind: 'mail_notice', reason: 'smtp_not_configured' },
      ]);
    } finally {
      await desk.close();
    }
  }, 60_000);
});
