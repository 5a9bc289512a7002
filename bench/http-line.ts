import { connect, type Socket } from 'node:net';

/** An answer of the server under test. */
export interface Answer {
  status: number;
  body: string;
}

/**
 * One caller's keep-alive connection, which has one request under way at a time. Written on the bare socket: on a
 * machine with two processors a heavier client would take the time that it measures, and bring every ratio nearer to 1.
 */
export class HttpLine {
  private socket: Socket | undefined;
  private received = '';
  private settle: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  constructor(
    private readonly port: number,
    private readonly headers: string,
  ) {}

  /** Sends JSON. @throws Error when the connection is lost, or after 30 s. */
  post(path: string, body: object): Promise<Answer> {
    const json = JSON.stringify(body);
    return this.send(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${this.headers}Content-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
    );
  }

  get(path: string): Promise<Answer> {
    return this.send(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${this.headers}\r\n`);
  }

  close(): void {
    this.socket?.destroy();
  }

  private send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket ??= this.open();
      this.socket.write(request);
    });
  }

  private open(): Socket {
    const socket = connect(this.port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.setTimeout(30_000, () => socket.destroy(new Error('no answer within 30 s')));
    // Bytes as characters, so that lengths count as Content-Length does.
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.received += chunk;
      this.readAnswer();
    });
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the connection was closed')));
    return socket;
  }

  private fail(error: Error): void {
    this.socket = undefined;
    this.received = '';
    this.settle?.reject(error);
    this.settle = undefined;
  }

  private readAnswer(): void {
    const headEnd = this.received.indexOf('\r\n\r\n');
    if (headEnd < 0) {
      return;
    }
    const head = this.received.slice(0, headEnd);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const end = headEnd + 4 + length;
    if (this.received.length < end) {
      return;
    }
    const body = Buffer.from(this.received.slice(headEnd + 4, end), 'latin1').toString();
    this.received = this.received.slice(end);
    const { settle } = this;
    this.settle = undefined;
    settle?.resolve({ status: Number(head.slice(9, 12)), body });
  }
}
