/** Degrees, WGS 84. */
export interface Location {
  lat: number;
  lon: number;
}

// Tags and types by the TIFF 6.0 and Exif 2.3 specifications.
const GPS_IFD = 0x8825;
const LAT_REF = 1;
const LAT = 2;
const LON_REF = 3;
const LON = 4;
const ENTRY_BYTES = 12;
const RATIONAL_BYTES = 8;
/** Six decimals are 11 cm. */
const PRECISION = 1e6;

/** Reads numbers of a TIFF block, whose offsets count from its beginning; reading past its end throws. */
class Tiff {
  readonly #little: boolean;

  constructor(private readonly bytes: Buffer) {
    this.#little = bytes.toString('latin1', 0, 2) === 'II';
    if (this.short(2) !== 42) {
      throw new RangeError('no TIFF block');
    }
  }

  short(at: number): number {
    return this.#little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  long(at: number): number {
    return this.#little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  letter(at: number): string {
    return this.bytes.toString('latin1', at, at + 1);
  }

  /** Where the values of some tags of a directory begin, or their offset lies. */
  entries(directory: number, tags: number[]): Map<number, number> {
    const count = this.short(directory);
    const found = new Map<number, number>();
    for (let at = directory + 2; at < directory + 2 + count * ENTRY_BYTES; at += ENTRY_BYTES) {
      const tag = this.short(at);
      if (tags.includes(tag)) {
        found.set(tag, at + 8);
      }
    }
    return found;
  }
}

function degrees(tiff: Tiff, offset: number, negative: boolean, max: number): number | null {
  const at = tiff.long(offset);
  const [whole, minutes, seconds] = [0, 1, 2].map((part) => {
    const value = at + part * RATIONAL_BYTES;
    return tiff.long(value) / tiff.long(value + 4);
  }) as [number, number, number];
  const sum = (whole + minutes / 60 + seconds / 3_600) * (negative ? -1 : 1);
  return Math.abs(sum) <= max ? Math.round(sum * PRECISION) / PRECISION : null;
}

/**
 * Where a picture's EXIF block says that it was taken; null when it says nothing or nonsense. Devices without a fix
 * write zeros, which is a place in the sea. Only the place is read: a hostile block costs no more than its length.
 */
export function locationHint(exif: Buffer | undefined): Location | null {
  if (exif === undefined) {
    return null;
  }
  try {
    const tiff = new Tiff(exif.toString('latin1', 0, 4) === 'Exif' ? exif.subarray(6) : exif);
    const gps = tiff.entries(tiff.long(4), [GPS_IFD]).get(GPS_IFD);
    const tags = tiff.entries(tiff.long(gps ?? exif.length), [LAT_REF, LAT, LON_REF, LON]);
    const read = (value: number, ref: number, negative: string, max: number): number | null =>
      degrees(
        tiff,
        tags.get(value) ?? exif.length,
        tiff.letter(tags.get(ref) ?? exif.length) === negative,
        max,
      );
    const lat = read(LAT, LAT_REF, 'S', 90);
    const lon = read(LON, LON_REF, 'W', 180);
    return lat === null || lon === null || (lat === 0 && lon === 0) ? null : { lat, lon };
  } catch {
    return null;
  }
}
