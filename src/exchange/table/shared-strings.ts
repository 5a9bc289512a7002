import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { v7 as uuid } from 'uuid';

/** UTF-16 units kept in memory; texts beyond lie in a file, so that a large workbook fits into little memory. */
const IN_MEMORY = 2 ** 20;
const PAGE = 1 << 16;
const PAGES_KEPT = 16;

/** A workbook's table of texts, by index. The file has no name from its first moment and goes with its descriptor. */
export class SharedStrings {
  private readonly inMemory: string[] = [];
  private units = 0;
  private file: number | undefined;
  /** Where each text in the file ends, in bytes; as it grows the array is doubled. */
  private ends = new Float64Array(1_024);
  private inFile = 0;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private written = 0;
  private readonly pages = new Map<number, Buffer>();

  constructor(private readonly folder: string) {}

  add(text: string): void {
    if (this.file === undefined && this.units + text.length <= IN_MEMORY) {
      this.units += text.length;
      this.inMemory.push(text);
      return;
    }
    this.file ??= this.openFile();
    const bytes = Buffer.from(text, 'utf16le');
    if (this.inFile + 1 >= this.ends.length) {
      const grown = new Float64Array(this.ends.length * 2);
      grown.set(this.ends);
      this.ends = grown;
    }
    this.inFile += 1;
    this.ends[this.inFile] = (this.ends[this.inFile - 1] ?? 0) + bytes.length;
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= PAGE * 4) this.flush();
  }

  /** The text of an index; undefined where there is none. */
  get(index: number): string | undefined {
    if (index < this.inMemory.length) return this.inMemory[index];
    const place = index - this.inMemory.length;
    if (!(place < this.inFile)) return undefined;
    if (this.waitingBytes > 0) this.flush();
    const from = this.ends[place] ?? 0;
    return this.read(from, (this.ends[place + 1] ?? 0) - from).toString('utf16le');
  }

  close(): void {
    if (this.file !== undefined) {
      ftruncateSync(this.file);
      closeSync(this.file);
      this.file = undefined;
    }
  }

  private openFile(): number {
    const path = join(this.folder, `${uuid()}.texts`);
    const file = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return file;
  }

  private flush(): void {
    const bytes = Buffer.concat(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    for (let at = 0; at < bytes.length;) {
      at += writeSync(this.file ?? -1, bytes, at, bytes.length - at, this.written + at);
    }
    this.written += bytes.length;
    this.pages.clear();
  }

  private read(from: number, length: number): Buffer {
    const first = Math.floor(from / PAGE);
    const last = Math.floor((from + length) / PAGE);
    const pages: Buffer[] = [];
    for (let page = first; page <= last; page += 1) pages.push(this.page(page));
    const joined = pages.length === 1 ? pages[0] : Buffer.concat(pages);
    return (joined ?? Buffer.alloc(0)).subarray(from - first * PAGE, from - first * PAGE + length);
  }

  private page(number: number): Buffer {
    let page = this.pages.get(number);
    if (page === undefined) {
      const oldest = this.pages.size >= PAGES_KEPT ? this.pages.entries().next().value : undefined;
      if (oldest !== undefined) this.pages.delete(oldest[0]);
      // The oldest page's memory serves anew: memory outside of the heap is given back slowly.
      page = oldest?.[1] ?? Buffer.alloc(PAGE);
      readSync(this.file ?? -1, page, 0, PAGE, number * PAGE);
    } else {
      this.pages.delete(number);
    }
    // The last one asked for is the newest: a text over two pages must not lose its first to its second.
    this.pages.set(number, page);
    return page;
  }
}
