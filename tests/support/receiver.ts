import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A message as a receiver got it. */
export interface Received {
  id: string;
  path: string;
  headers: IncomingHttpHeaders;
  raw: string;
  body: any;
  /** What the receiver answered. */
  status: number;
  /** Machine time, epoch ms. */
  at: number;
}

type Reply = number | ((res: ServerResponse, socket: Socket) => number);

/** A system that is told by webhooks: a local HTTP server that keeps what it gets. */
export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** Those that it answered with 2xx. */
  taken(): Received[];
  /** Decides each answer; a function writes its own (or none) and tells the status to note. */
  answer: (message: Omit<Received, 'status'>, count: number) => Reply;
  close(): Promise<void>;
}

export async function openReceiver(answer: Receiver['answer'] = () => 204): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    port: 0,
    received: [],
    taken: () => receiver.received.filter(({ status }) => status >= 200 && status < 300),
    answer,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const message = {
        id: String(req.headers['webhook-id']),
        path: req.url ?? '',
        headers: req.headers,
        raw,
        body: JSON.parse(raw),
        at: Date.now(),
      };
      const reply = receiver.answer(message, receiver.received.length);
      const status = typeof reply === 'number' ? reply : reply(res, req.socket);
      receiver.received.push({ ...message, status });
      if (typeof reply === 'number') {
        res.writeHead(status).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.port = (server.address() as AddressInfo).port;
  receiver.url = `http://127.0.0.1:${receiver.port}/hook`;
  return receiver;
}

/** Whether a message was signed with the secret. */
export function isSigned(secret: string, { raw, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(raw, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

/** The seqs of each complaint in the order in which they were first taken. */
export function orderOf(messages: Received[]): Map<string, number[]> {
  const seqs = new Map<string, number[]>();
  const seen = new Set<string>();
  for (const { id, body } of messages) {
    if (!seen.has(id)) {
      seen.add(id);
      seqs.set(body.data.id, [...(seqs.get(body.data.id) ?? []), body.data.seq]);
    }
  }
  return seqs;
}

export const isRising = (numbers: number[]): boolean =>
  numbers.every((n, i) => i === 0 || n > numbers[i - 1]!);
