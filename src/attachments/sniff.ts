import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { AppError } from '../errors.js';
import { isMediaType, type MediaType } from './media-types.js';

const ALLOWED = 'Allowed are JPEG, PNG, WebP, GIF and PDF.';

/** What a browser would run, or a reader of another format would open; long enough not to come about by chance. */
const FOREIGN = /<script|<html[\s>]|<!doctype html|<svg\s+xmlns|<\?php\s|%PDF-[12]\.\d/i;
const PDF_HEAD = /^%PDF-[12]\.\d/;
const ZIP_END = Buffer.from('PK\u0005\u0006');
/** A ZIP archive's last record is 22 bytes and a comment. Source: PKWARE's APPNOTE, 4.3.16. */
const ZIP_END_BYTES = 22;
const ZIP_COMMENT_MAX = 0xffff;
const PDF_TAIL = 2_048;
/** Another format shows itself at the beginning, as a comment, or at the end, appended. */
const WINDOW = ZIP_END_BYTES + ZIP_COMMENT_MAX;

const refused = (why: string): AppError => new AppError('unsupported_type', `${why} ${ALLOWED}`);

async function endsOf(path: string): Promise<{ head: Buffer; tail: Buffer }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, WINDOW);
    const { buffer: head } = await file.read(Buffer.alloc(length), 0, length, 0);
    const { buffer: tail } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return { head, tail };
  } finally {
    await file.close();
  }
}

/** True when the file that ends so is a ZIP archive to a reader that begins at the end. */
function endsAsZip(tail: Buffer): boolean {
  let at = tail.lastIndexOf(ZIP_END);
  while (at >= 0) {
    const rest = tail.length - at - ZIP_END_BYTES;
    if (rest >= 0 && tail.readUInt16LE(at + 20) === rest) {
      return true;
    }
    at = at === 0 ? -1 : tail.lastIndexOf(ZIP_END, at - 1);
  }
  return false;
}

/** A picture is made anew, so that nothing hidden in it would stay; a PDF stays as it is. */
function isTwoFormats({ head, tail }: { head: Buffer; tail: Buffer }, type: MediaType): boolean {
  const first = head.toString('latin1');
  const last = tail.toString('latin1');
  if (endsAsZip(tail)) {
    return true;
  }
  return type === 'application/pdf'
    ? // Readers look for the head in the first kilobyte: elsewhere it hides another format before it.
      !PDF_HEAD.test(first) || !last.slice(-PDF_TAIL).includes('%%EOF')
    : [first, last].some((part) => FOREIGN.test(part));
}

function whyNot(type: string | undefined): string {
  if (type !== undefined && /^image\/(hei[cf]|avif)/.test(type)) {
    return 'HEIC and AVIF pictures cannot be read here: send the picture as JPEG.';
  }
  if (type !== undefined && /^(audio|video)\//.test(type)) {
    return 'Sound and video cannot be taken: what they tell of place and device cannot be removed here.';
  }
  return 'This kind of file cannot be attached.';
}

/**
 * The media type of a file by its content alone: neither its name nor what the sender says counts.
 * @throws AppError `unsupported_type` saying what is allowed, also for a file that is two kinds at once.
 */
export async function sniffMediaType(path: string): Promise<MediaType> {
  const type = (await fileTypeFromFile(path).catch(() => undefined))?.mime;
  if (!isMediaType(type)) {
    throw refused(whyNot(type));
  }
  if (isTwoFormats(await endsOf(path), type)) {
    throw refused('The file is damaged, or made to be read as two kinds of file.');
  }
  return type;
}
