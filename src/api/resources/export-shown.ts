import { newExport, type ExportItem, type NewExport } from '../../contract/exports.js';
import type { ExportRecord } from '../../db/exports-store.js';
import type { RegionView } from '../../db/region-store.js';
import { fileName } from '../../exchange/export/file-name.js';
import type { Caller } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { parse } from '../problem.js';

/** An export as its caller sees it. */
export function showExport(
  deps: AppDeps,
  caller: Caller,
  asked: ExportRecord,
  view: RegionView,
): ExportItem {
  const request = parse(newExport, asked.request);
  const { format, columns, language, filter } = request;
  return {
    id: asked.id,
    state: asked.state,
    format,
    columns,
    filter,
    zone: request.zone ?? view.settings.zone,
    separator: format === 'csv' ? (request.separator ?? ';') : null,
    language,
    personal: caller.role !== 'analyst',
    total: asked.total,
    rows: asked.rows,
    requestedAt: asked.requestedAt.toISOString(),
    expiresAt: asked.expiresAt.toISOString(),
    fileName: fileNameOf(asked, request, view),
    fileUrl: `${deps.config.publicUrl}/api/v1/exports/${asked.id}/file`,
  };
}

/** Named by what the export was narrowed to, where that is one topic, agency or municipality. */
export function fileNameOf(
  { requestedAt }: Pick<ExportRecord, 'requestedAt'>,
  { format, language, filter, zone }: NewExport,
  view: RegionView,
): string {
  const single = (values: string[] | undefined): string | undefined =>
    values?.length === 1 ? values[0] : undefined;
  const topic = single(filter.topic);
  const agency = single(filter.agency);
  const municipality = single(filter.municipality);
  const names = [
    topic && (view.topics.get(topic)?.name ?? topic),
    agency && (view.agencyByRef(agency)?.name ?? agency),
    municipality && (view.municipalities.get(municipality)?.name ?? municipality),
  ].filter((name) => name !== undefined);
  return fileName({
    subject: names[0],
    at: requestedAt.getTime(),
    zone: zone ?? view.settings.zone,
    format,
    language,
  });
}
