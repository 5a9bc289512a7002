import type { Db } from './pool.js';

/** Columns of a table with their types, as `json_to_recordset` takes them. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** A bytea column's value inside of JSON. */
export const hexBytes = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;

/**
 * Inserts many rows in one statement with one parameter. `computed` says of a column how it comes from the record `r`
 * where it is not simply its member.
 */
export async function insertMany(
  db: Db,
  table: string,
  columns: ColumnTypes,
  rows: readonly object[],
  computed: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (rows.length === 0) {
    return;
  }
  const names = Object.keys(columns);
  await db.query({
    name: `insert-many-${table}`,
    text: `insert into ${table} (${names.join(', ')})
      select ${names.map((name) => computed[name] ?? `r.${name}`).join(', ')}
      from json_to_recordset($1::json) as r (${names.map((name) => `${name} ${columns[name]}`).join(', ')})`,
    values: [JSON.stringify(rows)],
  });
}
