import { createServer } from 'node:net';

/** Whether nothing listens on the port of the address now. 0 asks for any port and is always free. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The first free one of the wished ports, else any free port of the address. */
export async function choosePort(wished: number[], host = '127.0.0.1'): Promise<number> {
  for (const port of wished) {
    if (port > 0 && (await isPortFree(port, host))) {
      return port;
    }
  }
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port: 0, host, exclusive: true }, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
