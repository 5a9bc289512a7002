import type { Chance } from './chance.js';
import { drawScene, type Scene } from './scenes.js';

/** A citizen's photo of a scene, as a phone would send it: JPEG, some tens of kilobytes. */
export async function takePhoto(scene: Scene, chance: Chance): Promise<Buffer> {
  // Loaded with the first photo: a native part that the rest of the command line does not need.
  const { default: sharp } = await import('sharp');
  // Whoever takes files in forbids drawings for the whole process; this one is ours.
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
  return sharp(Buffer.from(drawScene(scene, chance)))
    .blur(0.6 + chance.next())
    .jpeg({ quality: 72 })
    .toBuffer();
}
