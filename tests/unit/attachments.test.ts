import { describe, expect, it } from '@jest/globals';
import { downloadName, plainFileName } from '../../src/attachments/file-name.js';
import { checkLink, signedPath } from '../../src/attachments/link.js';
import { locationHint } from '../../src/attachments/location-hint.js';
import { WorkQueue } from '../../src/attachments/work-queue.js';
import { contentDisposition } from '../../src/api/content-disposition.js';

describe("a file's name", () => {
  it.each([
    ['яма.jpg', 'яма.jpg'],
    ['C:\\Users\\Иван\\яма.jpg', 'яма.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['a\r\nSet-Cookie: x.jpg', 'aSet-Cookie: x.jpg'],
    ['photo\u202Egpj.exe', 'photogpj.exe'],
    ['  two   words\t.jpg ', 'two words.jpg'],
    ['и\u0306.jpg', 'й.jpg'],
    ['', null],
    ['..', null],
    ['\u200B\u0000', null],
    [undefined, null],
  ])('%j is kept as %j', (given, kept) => {
    expect(plainFileName(given)).toBe(kept);
  });

  it('is cut at 200 characters, never inside of one', () => {
    expect(plainFileName('👍'.repeat(300))).toBe('👍'.repeat(200));
  });

  it.each([
    ['яма.JPG', 'яма.JPG'],
    ['яма.jpeg', 'яма.jpeg'],
    ['page.html', 'page.html.jpg'],
    ['no ending', 'no ending.jpg'],
    [null, 'attachment.jpg'],
  ])('%j of a JPEG is downloaded as %j', (name, wanted) => {
    expect(downloadName(name, 'image/jpeg')).toBe(wanted);
  });
});

describe('Content-Disposition', () => {
  it.each([
    ['act.pdf', 'act.pdf', 'act.pdf'],
    ['Дороги / тротуары "двор".csv', 'Dorogi-trotuary-dvor.csv', undefined],
    ['план 2 (нов).pdf', 'plan-2-nov.pdf', undefined],
    ['двор', 'dvor', undefined],
    ['漢字.png', 'file.png', undefined],
    ["it's 100%.png", 'it-s-100.png', 'it%27s%20100%25.png'],
  ])('gives %j as %j and in UTF-8', (name, ascii, encoded) => {
    const header = contentDisposition('attachment', name);
    const [, plain, utf8] =
      /^attachment; filename="([A-Za-z0-9._-]+)"; filename\*=UTF-8''(\S+)$/.exec(header)!;

    expect(plain).toBe(ascii);
    expect(utf8).toMatch(/^[A-Za-z0-9!#$&+.^_`|~%-]+$/);
    expect(decodeURIComponent(utf8!)).toBe(name);
    if (encoded !== undefined) expect(utf8).toBe(encoded);
  });
});

describe('a signed link', () => {
  const id = '0190163d-8694-739b-aea5-966c26f8ad90';
  const now = Date.parse('2026-05-12T09:31:00Z');
  const linkAt = (made: number) => {
    const url = new URL(signedPath('secret', id, made), 'http://desk');
    return {
      id,
      expires: url.searchParams.get('expires'),
      signature: url.searchParams.get('signature'),
    };
  };

  it('serves for 15 to 20 minutes, and then tells that it has expired', () => {
    const link = linkAt(now);
    const check = (minutes: number) => checkLink('secret', link, now + minutes * 60_000);

    expect(check(0)).toEqual({ is: 'good', forMs: 19 * 60_000 });
    expect(check(15)).toMatchObject({ is: 'good' });
    expect(check(19)).toEqual({ is: 'expired' });
  });

  it('is the same for five minutes, so that a browser keeps the file', () => {
    expect(linkAt(now + 3 * 60_000)).toEqual(linkAt(now));
    expect(linkAt(now + 5 * 60_000)).not.toEqual(linkAt(now));
  });

  it.each([
    ['another secret', 'other', {}],
    ['another file', 'secret', { id: '0190163d-8694-739b-aea5-966c26f8ad91' }],
    ['a later end', 'secret', { expires: '9999999999' }],
    ['no signature', 'secret', { signature: undefined }],
    ['two signatures', 'secret', { signature: ['a', 'b'] }],
    ['a signature cut short', 'secret', { signature: 'abc' }],
    ['an end that is no number', 'secret', { expires: '1e12' }],
  ])('with %s is wrong', (_what, secret, changes) => {
    expect(checkLink(secret, { ...linkAt(now), ...changes }, now)).toEqual({ is: 'wrong' });
  });
});

describe('the location hint', () => {
  /** A TIFF block with a GPS directory: degrees, minutes and seconds of both as whole numbers. */
  const gps = (lat: [string, ...number[]], lon: [string, ...number[]], little = true): Buffer => {
    const bytes = Buffer.alloc(160);
    const short = (value: number, at: number) =>
      little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
    const long = (value: number, at: number) =>
      little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
    const entry = (at: number, tag: number, type: number, count: number, value: number) => {
      short(tag, at);
      short(type, at + 2);
      long(count, at + 4);
      long(value, at + 8);
    };
    bytes.write(little ? 'II' : 'MM');
    short(42, 2);
    long(8, 4);
    short(1, 8);
    entry(10, 0x8825, 4, 1, 26);
    short(4, 26);
    [lat, lon].forEach(([ref, ...parts], index) => {
      const at = 28 + index * 24;
      entry(at, 1 + index * 2, 2, 2, 0);
      bytes.write(ref, at + 8);
      const values = 80 + index * 24;
      entry(at + 12, 2 + index * 2, 5, 3, values);
      parts.forEach((part, place) => {
        long(part, values + place * 8);
        long(1, values + place * 8 + 4);
      });
    });
    return bytes;
  };

  it.each([true, false])(
    'is read in both byte orders, and both signs (little-endian: %s)',
    (little) => {
      expect(locationHint(gps(['N', 56, 19, 48], ['E', 44, 0, 36], little))).toEqual({
        lat: 56.33,
        lon: 44.01,
      });
      expect(locationHint(gps(['S', 33, 30, 0], ['W', 70, 36, 0], little))).toEqual({
        lat: -33.5,
        lon: -70.6,
      });
    },
  );

  it('is found behind the mark of a JPEG segment', () => {
    const block = Buffer.concat([Buffer.from('Exif\0\0'), gps(['N', 56, 0, 0], ['E', 44, 0, 0])]);

    expect(locationHint(block)).toEqual({ lat: 56, lon: 44 });
  });

  it.each<[string, Buffer | undefined]>([
    ['nothing', undefined],
    ['an empty block', Buffer.alloc(0)],
    ['no TIFF block', Buffer.from('Exif\0\0nonsense that is long enough')],
    ['the zeros of a device without a fix', gps(['N', 0, 0, 0], ['E', 0, 0, 0])],
    ['a latitude beyond the pole', gps(['N', 91, 0, 0], ['E', 44, 0, 0])],
    ['directories that end early', gps(['N', 56, 0, 0], ['E', 44, 0, 0]).subarray(0, 70)],
    ['values that end early', gps(['N', 56, 0, 0], ['E', 44, 0, 0]).subarray(0, 110)],
  ])('is null for %s', (_what, block) => {
    expect(locationHint(block)).toBeNull();
  });

  it('is null for a fraction by zero', () => {
    const block = gps(['N', 56, 0, 0], ['E', 44, 0, 0]);
    block.writeUInt32LE(0, 84);

    expect(locationHint(block)).toBeNull();
  });
});

describe('the queue', () => {
  const held = () => {
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    return {
      work: () => until,
      release: () => {
        release();
      },
    };
  };

  it('runs so many at once, in their order, and refuses what would wait too long a line', async () => {
    const queue = new WorkQueue('The work', { atOnce: 1, waitingMax: 1, waitMaxMs: 60_000 });
    const [first, second] = [held(), held()];
    const done: string[] = [];
    const one = queue.run(first.work).then(() => done.push('first'));
    const two = queue.run(second.work).then(() => done.push('second'));

    await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterS: 5,
    });
    second.release();
    first.release();
    await Promise.all([one, two]);

    expect(done).toEqual(['first', 'second']);
    await expect(queue.run(() => Promise.resolve('again'))).resolves.toBe('again');
  });

  it('lets nobody wait longer than its limit, and forgets who gave up', async () => {
    const queue = new WorkQueue('The work', { atOnce: 1, waitingMax: 5, waitMaxMs: 20 });
    const first = held();
    const one = queue.run(first.work);

    await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'unavailable' });
    first.release();
    await one;

    await expect(queue.run(() => Promise.resolve('free'))).resolves.toBe('free');
  });

  it('gives its place on when a work fails', async () => {
    const queue = new WorkQueue('The work', { atOnce: 1, waitingMax: 5, waitMaxMs: 60_000 });

    await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(queue.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });
});
