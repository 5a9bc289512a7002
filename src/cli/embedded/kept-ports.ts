import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from './json-file.js';

const content = z.record(z.string(), z.int().min(1).max(65_535));

/** The ports of the last start: tools that point at them go on working while the ports stay free. */
export class KeptPorts {
  #writes: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly ports: Record<string, number>,
  ) {}

  static async read(dataDir: string): Promise<KeptPorts> {
    const path = join(dataDir, 'ports.json');
    return new KeptPorts(path, content.safeParse(await readJson(path)).data ?? {});
  }

  /** Ports to try first, in order. */
  wished(name: string): number[] {
    const port = this.ports[name];
    return port === undefined ? [] : [port];
  }

  keep(name: string, port: number): Promise<void> {
    this.ports[name] = port;
    this.#writes = this.#writes.then(() => writeJson(this.path, this.ports));
    return this.#writes;
  }
}
