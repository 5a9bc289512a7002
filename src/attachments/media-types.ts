/** What may be attached: media type → the ending of its file names, the first one preferred. */
export const ENDINGS = {
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/png': ['png'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'application/pdf': ['pdf'],
} as const;

export type MediaType = keyof typeof ENDINGS;
export type ImageType = Exclude<MediaType, 'application/pdf'>;

export const MEDIA_TYPES = Object.keys(ENDINGS) as MediaType[];

/** True for a media type that may be attached. */
export function isMediaType(type: string | undefined): type is MediaType {
  return type !== undefined && Object.hasOwn(ENDINGS, type);
}
