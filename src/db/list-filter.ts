import type { Status } from '../domain/transitions.js';
import { hitsSql, type Bind, type Search } from './search.js';

/** What a caller may see of all complaints; absent conditions let everything through. */
export interface ComplaintScope {
  /** Ids of the caller's agency and all below it: their complaints and those they co-execute. */
  agencies?: string[];
}

/** A list's filter with references resolved: ids of agencies, codes of everything else. */
export interface ListFilter {
  scope: ComplaintScope;
  /** World time, epoch ms: what is overdue. */
  now: number;
  statuses?: Status[] | undefined;
  agencies?: string[] | undefined;
  executors?: string[] | undefined;
  topics?: string[] | undefined;
  kinds?: string[] | undefined;
  municipalities?: string[] | undefined;
  sources?: string[] | undefined;
  priorities?: string[] | undefined;
  levels?: number[] | undefined;
  campaigns?: string[] | undefined;
  incidents?: string[] | undefined;
  overdue?: boolean | undefined;
  repeat?: boolean | undefined;
  /** Received at or after, and before: world time, epoch ms. */
  receivedFrom?: number | undefined;
  receivedBefore?: number | undefined;
  search?: Search | undefined;
}

export interface Conditions {
  /** Common table expressions, each ended by a comma; empty without a search. */
  with: string;
  join: string;
  where: string;
}

/** The filter as SQL over `complaints c`; a search joins its hits as `h (complaint_id, rank)`. */
export function conditionsSql(filter: ListFilter, bind: Bind): Conditions {
  const all: string[] = [];
  const oneOf = (column: string, type: string, values: unknown[] | undefined): void => {
    if (values) all.push(`c.${column} = any(${bind(values)}::${type}[])`);
  };
  if (filter.scope.agencies) {
    const own = `${bind(filter.scope.agencies)}::uuid[]`;
    all.push(
      `(c.agency_id = any(${own}) or (c.co_executors <> '{}' and c.co_executors && ${own}))`,
    );
  }
  oneOf('status', 'text', filter.statuses);
  if (filter.statuses && !filter.statuses.includes('closed')) {
    // Said outright, since the planner cannot tell from a parameter that the indexes of open ones will do.
    all.push(`c.status <> 'closed'`);
  }
  oneOf('agency_id', 'uuid', filter.agencies);
  oneOf('executor_id', 'uuid', filter.executors);
  oneOf('topic', 'text', filter.topics);
  oneOf('kind', 'text', filter.kinds);
  oneOf('municipality', 'text', filter.municipalities);
  oneOf('source', 'text', filter.sources);
  oneOf('priority', 'text', filter.priorities);
  oneOf('level', 'int', filter.levels);
  oneOf('campaign', 'text', filter.campaigns);
  if (filter.incidents) {
    // No complaint belongs to a mass incident yet.
    all.push('false');
  }
  if (filter.overdue !== undefined) {
    const overdue = `c.status <> 'closed' and c.due_at <= ${bind(new Date(filter.now))}`;
    all.push(filter.overdue ? overdue : `(${overdue}) is not true`);
  }
  if (filter.repeat !== undefined) {
    all.push(`c.repeat_of is ${filter.repeat ? 'not ' : ''}null`);
  }
  if (filter.receivedFrom !== undefined) {
    all.push(`c.received_at >= ${bind(new Date(filter.receivedFrom))}`);
  }
  if (filter.receivedBefore !== undefined) {
    all.push(`c.received_at < ${bind(new Date(filter.receivedBefore))}`);
  }
  return {
    with: filter.search ? `hits as materialized (${hitsSql(filter.search, bind)}),` : '',
    join: filter.search ? 'join hits h on h.complaint_id = c.id' : '',
    where: all.length > 0 ? all.join(' and ') : 'true',
  };
}
