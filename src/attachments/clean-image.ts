import sharp, { type Metadata, type Sharp } from 'sharp';
import { invalid, type AppError } from '../errors.js';
import { locationHint, type Location } from './location-hint.js';
import type { ImageType } from './media-types.js';

/** 65 million: phones make up to 64. Frames of an animation count together. */
const PIXELS_MAX = 65_000_000;
/** A longer side is scaled down to this: enough to read a number plate across a street. */
const SIDE_MAX = 4_096;
const FRAMES_MAX = 500;
const TIME_MAX_S = 30;
const QUALITY = 85;

// Only the four readers are needed; whatever else a file claims to be, no other one sees it.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif'].map((reader) => `VipsForeignLoad${reader}`),
});
// Pictures are bounded in number by the queue: each is worked on by one thread, and nothing is kept.
sharp.concurrency(1);
sharp.cache(false);

export interface CleanImage {
  bytes: Buffer;
  width: number;
  height: number;
  location: Location | null;
}

const wrong = (message: string): AppError => invalid([{ path: 'file', message }]);

const OUTPUT: Record<ImageType, (image: Sharp) => Sharp> = {
  'image/jpeg': (image) => image.jpeg({ quality: QUALITY }),
  'image/png': (image) => image.png(),
  'image/webp': (image) => image.webp({ quality: QUALITY }),
  // The frames' own colours serve: making better ones takes ten times as long.
  'image/gif': (image) => image.gif({ reuse: true, effort: 1 }),
};

function requireBounded({ pages = 1 }: Metadata): void {
  if (pages > FRAMES_MAX) {
    throw wrong(`has more than ${FRAMES_MAX} frames`);
  }
}

async function reencode(path: string, type: ImageType, metadata: Metadata): Promise<CleanImage> {
  const animated = (metadata.pages ?? 1) > 1;
  const image = sharp(path, { animated, limitInputPixels: PIXELS_MAX, failOn: 'error' }).timeout({
    seconds: TIME_MAX_S,
  });
  // An animation is turned by no reader, so none shows it turned.
  const upright = animated
    ? image
    : image
        .autoOrient()
        .resize({ width: SIDE_MAX, height: SIDE_MAX, fit: 'inside', withoutEnlargement: true });
  const { data, info } = await OUTPUT[type](upright.toColourspace('srgb')).toBuffer({
    resolveWithObject: true,
  });
  return {
    bytes: data,
    width: info.width,
    height: info.pageHeight ?? info.height,
    location: locationHint(metadata.exif),
  };
}

/**
 * A picture made anew from its pixels: upright, in sRGB, with nothing that the file said beside them. What it said
 * of the place comes back apart.
 * @throws AppError `invalid` for one that cannot be read, or has too many pixels or frames.
 */
export async function cleanImage(path: string, type: ImageType): Promise<CleanImage> {
  try {
    const metadata = await sharp(path, { limitInputPixels: PIXELS_MAX }).metadata();
    requireBounded(metadata);
    return await reencode(path, type, metadata);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    if (typeof code === 'string') {
      throw error;
    }
    if (/pixel limit/i.test(message)) {
      throw wrong(`has more than ${PIXELS_MAX / 1e6} million pixels`);
    }
    throw wrong(
      /timeout/i.test(message)
        ? 'takes too long to read'
        : 'cannot be read: the picture is damaged',
    );
  }
}
