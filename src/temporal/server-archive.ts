import { createReadStream, createWriteStream } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { spawnSync } from 'node:child_process';

/** Zip: the numbers of its records and where their fields are (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16). */
const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_SIZE_MAX = 22 + 65_535;

interface ZipEntry {
  name: string;
  method: number;
  compressedSize: number;
  headerOffset: number;
}

function entriesOf(directory: Buffer, count: number): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (directory.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      throw new Error('The archive is damaged: no directory entry where one must be.');
    }
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      method: directory.readUInt16LE(at + 10),
      compressedSize: directory.readUInt32LE(at + 20),
      headerOffset: directory.readUInt32LE(at + 42),
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * Writes the one file of a zip archive whose name ends in `suffix` to `target`, as a stream: the servers are of
 * hundreds of megabytes.
 */
export async function extractFromZip(
  archive: string,
  suffix: string,
  target: string,
): Promise<void> {
  const file = await open(archive, 'r');
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(END_SIZE_MAX, size));
    await file.read(tail, 0, tail.length, size - tail.length);
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) {
      end -= 1;
    }
    if (end < 0) {
      throw new Error('Not a zip archive.');
    }
    const directory = Buffer.alloc(tail.readUInt32LE(end + 12));
    await file.read(directory, 0, directory.length, tail.readUInt32LE(end + 16));
    const entries = entriesOf(directory, tail.readUInt16LE(end + 10));
    const entry = entries.find(({ name }) => name.endsWith(suffix));
    if (!entry) {
      throw new Error(`The archive holds no ${suffix}.`);
    }
    const header = Buffer.alloc(30);
    await file.read(header, 0, header.length, entry.headerOffset);
    const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const content = createReadStream(archive, { start, end: start + entry.compressedSize - 1 });
    const output = createWriteStream(target, { mode: 0o755 });
    await (entry.method === 0
      ? pipeline(content, output)
      : pipeline(content, createInflateRaw(), output));
  } finally {
    await file.close();
  }
}

/** Writes one file of a .tar.gz to `target`, by the `tar` that Linux, macOS and Windows bring along. */
export async function extractFromTar(archive: string, name: string, target: string): Promise<void> {
  const unpacked = spawnSync('tar', ['-xzOf', archive, name], { maxBuffer: 1024 ** 3 });
  if (unpacked.status !== 0) {
    throw new Error(`tar could not read ${name}: ${unpacked.stderr.toString().trim()}`);
  }
  await writeFile(target, unpacked.stdout, { mode: 0o755 });
}
