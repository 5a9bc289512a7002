import type { Db } from './pool.js';

export interface ImportProblem {
  severity: 'error' | 'warning';
  /** As a spreadsheet numbers it; of a warning that rows share the first. */
  row: number;
  column: string;
  reason: string;
  rows: number;
}

/** Kept of each kind; the counts go on. */
const KEPT_MAX = 10_000;

/** Column names come from the file, and PostgreSQL takes neither zero characters nor half a surrogate pair. */
const storable = ({ column, reason, ...rest }: ImportProblem): ImportProblem => {
  const clean = (text: string): string =>
    text.replace(/\p{Cc}+/gu, ' ').replace(/\p{Cs}/gu, '\ufffd');
  return { ...rest, column: clean(column), reason: clean(reason) };
};

/**
 * Adds what was found wrong with rows: errors one by one, warnings once for all rows that share column and reason.
 * `counted`: errors there were before, since they are kept up to a limit.
 */
export async function addProblems(
  db: Db,
  importId: string,
  problems: ImportProblem[],
  counted: number,
): Promise<void> {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const warnings = problems.filter(({ severity }) => severity === 'warning');
  const insert = async (rows: ImportProblem[], onConflict: string): Promise<void> => {
    if (rows.length > 0) {
      await db.query(
        `insert into import_problems (import_id, severity, row_no, column_name, reason, rows)
         select $1, p.severity, p.row, p."column", p.reason, p.rows
         from json_to_recordset($2::json) as p (severity text, row int, "column" text, reason text, rows int)
         ${onConflict}`,
        [importId, JSON.stringify(rows.map(storable))],
      );
    }
  };
  await insert(errors.slice(0, Math.max(0, KEPT_MAX - counted)), '');
  await insert(
    warnings.slice(0, KEPT_MAX),
    `on conflict (import_id, column_name, reason) where severity = 'warning'
     do update set rows = import_problems.rows + excluded.rows`,
  );
}

/** Where a page of problems begins: after this one. */
export interface ProblemPlace {
  row: number;
  severity: string;
  column: string;
  reason: string;
}

/** Problems by row, one more than `limit`, and how many there are. */
export async function listProblems(
  db: Db,
  importId: string,
  severity: string | null,
  after: ProblemPlace | undefined,
  limit: number,
): Promise<{ rows: ImportProblem[]; total: number }> {
  const of = `import_id = $1 and ($2::text is null or severity = $2)`;
  const { rows } = await db.query<ImportProblem & { total: number }>(
    `select severity, row_no as row, column_name as "column", reason, rows,
       (select count(*) from import_problems where ${of})::int as total
     from import_problems
     where ${of} and ($3::int is null or (row_no, severity, column_name, reason) > ($3, $4, $5, $6))
     order by row_no, severity, column_name, reason limit $7`,
    [
      importId,
      severity,
      after?.row ?? null,
      after?.severity ?? '',
      after?.column ?? '',
      after?.reason ?? '',
      limit + 1,
    ],
  );
  const total = rows[0]?.total ?? 0;
  return {
    rows: rows.map(({ severity: kind, row, column, reason, rows: shared }) => ({
      severity: kind,
      row,
      column,
      reason,
      rows: shared,
    })),
    total,
  };
}

/**
 * Which rows of a source are here already, by their ids there; and which of our own complaints, or of another file's,
 * they are. `erasedId`: what an erased complaint would keep of the external id. `digest` is null where it says nothing.
 */
export async function findImported(
  db: Db,
  system: string,
  rows: readonly { sourceId: string; source: string; externalId: string; erasedId: string }[],
): Promise<Map<string, { digest: Buffer | null }>> {
  const { rows: found } = await db.query<{ sourceId: string; digest: Buffer | null }>({
    name: 'find-imported',
    text: `with asked as (
        select * from json_to_recordset($2::json) as a ("sourceId" text, source text, "externalId" text, "erasedId" text))
      select i.source_id as "sourceId", nullif(i.digest, '') as digest from imported_rows i
        where i.source_system = $1 and i.source_id in (select "sourceId" from asked)
      union all
      select a."sourceId", null from asked a
        where a."sourceId" ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
          and exists (select from complaints c where c.id = (case
            when a."sourceId" ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then a."sourceId" end)::uuid)
      union all
      select a."sourceId", null from asked a
        join complaints c on c.source = a.source and c.external_id in (a."externalId", a."erasedId")`,
    values: [system, JSON.stringify(rows)],
  });
  const known = new Map<string, { digest: Buffer | null }>();
  for (const { sourceId, digest } of found) {
    known.set(sourceId, { digest: known.get(sourceId)?.digest ?? digest });
  }
  return known;
}
