import type { AttachedFile, Attachment, UploadedFile } from '../../contract/attachments.js';
import type { AttachmentRow, ListedAttachment } from '../../db/attachments-store.js';
import type { Sign } from './files.js';

type Shown = Pick<AttachmentRow, 'id' | 'mediaType' | 'bytes' | 'width' | 'height' | 'name'>;

/** An attachment as its citizen sees it. */
export const showFile = (
  { id, mediaType, bytes, width, height, name }: Shown,
  sign: Sign,
): AttachedFile => ({ id, mediaType, bytes, width, height, name, url: sign(id) });

const locationOf = ({ lat, lon }: Pick<AttachmentRow, 'lat' | 'lon'>) =>
  lat === null || lon === null ? null : { lat, lon };

/** An attachment as staff see it. */
export const showAttachment = (row: ListedAttachment, sign: Sign): Attachment => ({
  ...showFile(row, sign),
  locationHint: locationOf(row),
  uploadedBy: row.uploadedBy,
  createdAt: new Date(row.createdAt).toISOString(),
});

/** What an upload answers. */
export function showUpload(row: AttachmentRow, sign: Sign): UploadedFile {
  const location = locationOf(row);
  return { ...showFile(row, sign), ...(location && { locationHint: location }) };
}
