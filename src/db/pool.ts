import pg from 'pg';

export type Role = 'otklik_api' | 'otklik_worker';
/** A pool or a client inside a transaction: what a repository function needs. */
export type Db = Pick<pg.Pool, 'query'>;

// bigint: counts and revisions stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * A pool whose every connection acts as `role` (the owner when null, for migrations).
 * Waits at most 5 s for a connection; a statement may take 15 s.
 */
export function openPool(url: string, role: Role | null, max = 20): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    options: [
      role === null ? '' : `-c role=${role}`,
      '-c statement_timeout=15000 -c idle_in_transaction_session_timeout=15000 -c timezone=UTC',
    ].join(' '),
    application_name: role ?? 'otklik_owner',
  });
  // A connection lost while idle is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  // The pool listens to idle connections only. One that is lost while a transaction is between two queries would end the
  // process, too; the transaction hears of it by its next query.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Runs `work` in one transaction; rolls back on any error. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** True when PostgreSQL itself could not be reached or is going away, so that trying again helps. */
export function isDatabaseAway(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') {
    return (
      /^(08|57P|53)/.test(code) ||
      ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', '40001', '40P01'].includes(
        code,
      )
    );
  }
  return (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
      error.message,
    )
  );
}
