import type pg from 'pg';

/**
 * Rows of a query through a cursor of the transaction that is open on `client`, `size` at a time. Other
 * statements may run on the client between two pages. Read it as
 * `while ((row = rows.current ?? (await rows.load()))) { …; rows.drop(); }`: only a page is awaited, since
 * waiting for each of millions of rows would cost more than looking at them.
 */
export class CursorRows<T extends pg.QueryResultRow> {
  private page: T[] = [];
  private index = 0;
  private isOpen = false;
  private isOver = false;

  constructor(
    private readonly client: pg.PoolClient,
    private readonly name: string,
    private readonly sql: string,
    private readonly size: number,
  ) {}

  /** The row at hand; undefined when its page is not loaded or there are no more. */
  get current(): T | undefined {
    return this.page[this.index];
  }

  /** Goes to the row after the current one. */
  drop(): void {
    this.index += 1;
  }

  /** Loads the page after the last one. @returns its first row; undefined after the last row. */
  async load(): Promise<T | undefined> {
    if (this.isOver) {
      return undefined;
    }
    if (!this.isOpen) {
      this.isOpen = true;
      await this.client.query(`declare ${this.name} no scroll cursor for ${this.sql}`);
    }
    const { rows } = await this.client.query<T>(`fetch ${this.size} from ${this.name}`);
    this.page = rows;
    this.index = 0;
    this.isOver = rows.length < this.size;
    return rows[0];
  }
}
