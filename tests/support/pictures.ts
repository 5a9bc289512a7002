import sharp, { type Sharp } from 'sharp';

/** Where the test pictures say that they were taken: Nizhny Novgorod. */
export const PLACE = { lat: 56.326797, lon: 44.006516 };
/** Words that lie in the metadata of a test picture and must lie nowhere else. */
export const PLANTED = 'PlantedSecretPhone79991234567';

const dms = (value: number): string => {
  const whole = Math.floor(value);
  const minutes = Math.floor((value - whole) * 60);
  const seconds = Math.round(((value - whole) * 60 - minutes) * 60 * 10_000);
  return `${whole}/1 ${minutes}/1 ${seconds}/10000`;
};

const EXIF = {
  IFD0: { Make: PLANTED, Model: PLANTED, ImageDescription: PLANTED, Artist: PLANTED },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: dms(PLACE.lat),
    GPSLongitudeRef: 'E',
    GPSLongitude: dms(PLACE.lon),
  },
};
const XMP = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="${PLANTED}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

/** 60 by 40: the left half red, the right half blue. */
function twoHalves(): Sharp {
  const half = { width: 30, height: 40, channels: 3 as const };
  return sharp({ create: { width: 60, height: 40, channels: 3, background: 'blue' } }).composite([
    { input: { create: { ...half, background: 'red' } }, left: 0, top: 0 },
  ]);
}

/**
 * A picture with EXIF (GPS, device, author), XMP and an orientation. Orientation 6 is how a phone held upright
 * stores it: it is shown turned by 90° clockwise, so that red is on top.
 */
export async function phonePicture(
  format: 'jpeg' | 'png' | 'webp',
  orientation = 6,
): Promise<Buffer> {
  const image = twoHalves().withExif(EXIF).withXmp(XMP).withMetadata({ orientation, exif: EXIF });
  const options = format === 'jpeg' ? { quality: 95 } : { lossless: true };
  return image.toFormat(format, options).toBuffer();
}

/** An animation of four frames, 20 by 10. */
export async function animation(format: 'gif' | 'webp'): Promise<Buffer> {
  const frames = await Promise.all(
    ['red', 'green', 'blue', 'white'].map((background) =>
      sharp({ create: { width: 20, height: 10, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  return sharp(frames, { join: { animated: true } })
    .toFormat(format, { delay: [100, 100, 100, 100], loop: 0 })
    .toBuffer();
}

/** A PDF of one empty page. */
export const PDF = Buffer.from(`%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`);
