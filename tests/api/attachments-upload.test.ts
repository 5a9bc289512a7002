import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import readExif from 'exif-reader';
import sharp from 'sharp';
import { openApi, until, type TestApi } from '../support/api.js';
import { animation, PDF, phonePicture, PLACE, PLANTED } from '../support/pictures.js';
import { fetchFile, storedFiles, upload } from '../support/uploads.js';

let api: TestApi;
let key: string;

beforeAll(async () => {
  api = await openApi({ OTKLIK_ATTACHMENT_MB: '2' });
  key = await api.keyOf('operator');
});
afterAll(async () => {
  await api.close();
});

const stored = async (): Promise<{ files: number; rows: number }> => {
  const { rows } = await api.parts.pool.query('select count(*) as count from attachments');
  return { files: (await storedFiles(api)).length, rows: (rows[0] as { count: number }).count };
};

describe('a picture that is uploaded', () => {
  it.each(['jpeg', 'png', 'webp'] as const)(
    'keeps nothing of what a %s said of place, device and author, and stands upright',
    async (format) => {
      const given = await phonePicture(format);
      const { exif } = await sharp(given).metadata();
      expect(readExif(exif as Buffer).GPSInfo?.GPSLatitude).toHaveLength(3);
      expect(given.includes(PLANTED)).toBe(true);

      const { status, headers, body } = await upload(api, given, { key, name: `фото.${format}` });
      const got = await fetchFile(api, body.url);
      const metadata = await sharp(got.bytes).metadata();
      const top = await sharp(got.bytes)
        .extract({ left: 20, top: 5, width: 1, height: 1 })
        .raw()
        .toBuffer();

      expect(status).toBe(201);
      expect(headers.get('location')).toMatch(new RegExp(`/api/v1/attachments/${body.id}$`));
      expect(body).toMatchObject({
        mediaType: `image/${format}`,
        width: 40,
        height: 60,
        name: `фото.${format}`,
      });
      expect(body.locationHint!.lat).toBeCloseTo(PLACE.lat, 5);
      expect(body.locationHint!.lon).toBeCloseTo(PLACE.lon, 5);
      expect(got.headers.get('content-type')).toBe(`image/${format}`);
      expect(got.bytes).toHaveLength(body.bytes);
      expect(metadata).toMatchObject({ format, width: 40, height: 60 });
      expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.icc, metadata.comments]).toEqual(
        [undefined, undefined, undefined, undefined, undefined],
      );
      expect(metadata.orientation ?? 1).toBe(1);
      expect([top[0]! > 200, top[2]! < 60]).toEqual([true, true]);
      expect(got.bytes.includes(PLANTED)).toBe(false);
    },
  );

  it.each(['gif', 'webp'] as const)('stays an animation as %s', async (format) => {
    const { status, body } = await upload(api, await animation(format), {
      key,
      name: `a.${format}`,
    });
    const { bytes } = await fetchFile(api, body.url);

    expect(status).toBe(201);
    expect(body).toMatchObject({ mediaType: `image/${format}`, width: 20, height: 10 });
    expect((await sharp(bytes, { animated: true }).metadata()).pages).toBe(4);
  });

  it('of the largest sizes is scaled down to 4,096 pixels', async () => {
    const wide = await sharp({
      create: { width: 6_000, height: 3_000, channels: 3, background: 'green' },
    })
      .jpeg()
      .toBuffer();

    const { body } = await upload(api, wide, { key });

    expect([body.width, body.height]).toEqual([4_096, 2_048]);
  });

  it('has no location hint when it does not say where it was taken', async () => {
    const plain = await sharp(await phonePicture('jpeg'))
      .jpeg()
      .toBuffer();

    const { body } = await upload(api, plain, { key });

    expect(body.locationHint).toBeUndefined();
  });
});

describe('any file', () => {
  it('is known by its content, whatever its name and its sender say', async () => {
    const given = { key, name: 'harmless.html', type: 'text/html' };

    const { status, body } = await upload(api, await phonePicture('png'), given);
    const { headers } = await fetchFile(api, body.url);

    expect([status, body.mediaType]).toEqual([201, 'image/png']);
    expect(headers.get('content-type')).toBe('image/png');
    expect(headers.get('content-disposition')).toContain('harmless.html.png');
  });

  it('that is a PDF is kept as it came', async () => {
    const { status, body } = await upload(api, PDF, { key, name: 'акт.pdf' });
    const got = await fetchFile(api, body.url);

    expect([status, body.mediaType, body.width]).toEqual([201, 'application/pdf', null]);
    expect(got.bytes.equals(PDF)).toBe(true);
    expect(got.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  const zip = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);
  const box = (brand: string) =>
    Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from(`ftyp${brand}\0\0\0\0mif1${brand}`),
      Buffer.alloc(64),
    ]);
  it.each<[string, () => Promise<Buffer> | Buffer, RegExp]>([
    [
      'SVG',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      /JPEG, PNG, WebP, GIF and PDF/,
    ],
    [
      'HTML',
      () => Buffer.from('<!doctype html><script>alert(1)</script>'),
      /JPEG, PNG, WebP, GIF and PDF/,
    ],
    ['plain text', () => Buffer.from('no picture at all'), /Allowed/],
    ['an executable', () => Buffer.from('MZ'.padEnd(400, '\0')), /Allowed/],
    ['HEIC', () => box('heic'), /as JPEG/],
    ['a video', () => box('isom'), /Sound and video/],
    [
      'sound',
      () =>
        Buffer.concat([
          Buffer.from('OggS'),
          Buffer.alloc(24),
          Buffer.from('OpusHead'),
          Buffer.alloc(99),
        ]),
      /Sound and video/,
    ],
    [
      'a picture that is a page too',
      async () =>
        Buffer.concat([await phonePicture('jpeg'), Buffer.from('<script>alert(1)</script>')]),
      /two kinds/,
    ],
    [
      'a picture that is an archive too',
      async () => Buffer.concat([await phonePicture('png'), zip]),
      /two kinds/,
    ],
    [
      'a picture that is a PDF too',
      async () => Buffer.concat([await phonePicture('jpeg'), PDF]),
      /two kinds/,
    ],
    ['a PDF that is an archive too', () => Buffer.concat([PDF, zip]), /two kinds/],
    ['a PDF without its end', () => PDF.subarray(0, 60), /damaged/],
  ])(
    'that is %s is refused with 415, called photo.jpg or not, and leaves nothing',
    async (_what, make, says) => {
      const before = await stored();

      const { status, body } = await upload(api, await make(), { key, type: 'image/jpeg' });

      expect([status, body.code]).toEqual([415, 'unsupported_type']);
      expect(body.detail).toMatch(says);
      await until(stored, (now) => now.files === before.files);
      expect(await stored()).toEqual(before);
    },
  );

  const bomb = () =>
    sharp({ create: { width: 9_000, height: 9_000, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
  it.each<[string, () => Promise<Buffer> | Buffer, number, string]>([
    ['is empty', () => Buffer.alloc(0), 422, 'empty'],
    [
      'is a picture cut short',
      async () => (await phonePicture('jpeg')).subarray(0, -300),
      422,
      'damaged',
    ],
    [
      'only begins as a picture',
      () => Buffer.from('GIF89a/*<b>*/=1;alert(1)'.padEnd(300, ' ')),
      422,
      'damaged',
    ],
    ['has more pixels than memory', bomb, 422, 'million pixels'],
    ['is larger than the limit', () => Buffer.alloc(2_000_001, 1), 413, '2 MB'],
    ['is far larger than the limit', () => Buffer.alloc(9_000_000, 1), 413, '2 MB'],
  ])('that %s is refused, and leaves nothing', async (_what, make, wanted, says) => {
    const before = await stored();

    const { status, body } = await upload(api, await make(), { key });

    expect(status).toBe(wanted);
    expect(body.detail).toContain(says);
    await until(stored, (now) => now.files === before.files);
    expect(await stored()).toEqual(before);
  });

  it('of exactly the limit is taken', async () => {
    const padded = Buffer.concat([
      PDF.subarray(0, 60),
      Buffer.alloc(2_000_000 - PDF.length, 32),
      PDF.subarray(60),
    ]);

    expect(padded).toHaveLength(2_000_000);
    expect((await upload(api, padded, { key, name: 'a.pdf' })).status).toBe(201);
  });
});

describe('the form', () => {
  const post = (body: string | FormData, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/api/v1/attachments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, ...headers },
      body,
    }).then(async (response) => ({
      status: response.status,
      body: (await response.json()) as { detail: string },
    }));

  it('must be one of files: JSON is 415, a broken one 400, one without a file 422', async () => {
    const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
    const twoFiles = new FormData();
    const withField = new FormData();
    for (const name of ['1.pdf', '2.pdf']) {
      twoFiles.append('file', new Blob([PDF]), name);
    }
    withField.append('file', new Blob([PDF]), '1.pdf');
    withField.append('complaint', 'mine');

    expect((await post('{}', { 'content-type': 'application/json' })).status).toBe(415);
    expect((await post('hello', { 'content-type': 'multipart/form-data' })).status).toBe(400);
    expect(
      (
        await post(
          '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhal',
          multipart,
        )
      ).status,
    ).toBe(400);
    expect((await post('--x--\r\n', multipart)).status).toBe(422);
    expect((await post(twoFiles)).status).toBe(422);
    expect((await post(withField)).status).toBe(400);
    expect((await upload(api, PDF, { key, field: 'photo' })).body.fields).toEqual([
      { path: 'file', message: 'a file must be in the field file' },
    ]);
  });

  it('leaves nothing behind when its sender hangs up in the middle', async () => {
    const before = await stored();
    const sent = request(`${api.url}/api/v1/attachments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'multipart/form-data; boundary=x',
      },
    });
    sent.on('error', () => undefined);
    sent.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n');
    sent.write(Buffer.alloc(300_000, 65));
    await until(stored, (now) => now.files === before.files + 1);

    sent.destroy();

    await until(stored, (now) => now.files === before.files);
    expect(await stored()).toEqual(before);
  });

  it.each([
    ['intake', 201],
    ['operator', 201],
    ['curator', 201],
    ['analyst', 403],
  ] as const)('is taken from %s: %i', async (role, wanted) => {
    expect((await upload(api, PDF, { key: await api.keyOf(role) })).status).toBe(wanted);
  });

  it('is not taken without a key', async () => {
    expect((await upload(api, PDF, { key: null })).status).toBe(401);
  });
});

describe('under an Idempotency-Key', () => {
  it('the same file again is the same upload with a link that serves, and another file is a mistake', async () => {
    const headers = { 'idempotency-key': 'photo-1' };
    const picture = await phonePicture('jpeg');

    const first = await upload(api, picture, { key, headers });
    const again = await upload(api, picture, { key, headers });
    const other = await upload(api, PDF, { key, headers });
    const { rows } = await api.parts.pool.query(
      `select body from idempotency_keys where key = 'photo-1'`,
    );

    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(again.body).toEqual({ ...first.body, url: again.body.url });
    expect((await fetchFile(api, again.body.url)).status).toBe(200);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
    expect(rows).toEqual([{ body: { id: first.body.id } }]);
    expect((await storedFiles(api)).filter((path) => path.endsWith(first.body.id))).toHaveLength(1);
  });

  it('a refused file leaves the key free for a better one', async () => {
    const headers = { 'idempotency-key': 'photo-2' };

    const refused = await upload(api, Buffer.from('no picture'), { key, headers });
    const better = await upload(api, PDF, { key, headers });

    expect([refused.status, better.status]).toEqual([415, 201]);
  });
});
