import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pg from 'pg';

// The bare counterpart of the worker: as many transactions and statements of the same kind, tuned the same way.
const [databaseUrl, poolSize, address = '', codePath = ''] = process.argv.slice(2);
const pool = new pg.Pool({
  connectionString: databaseUrl,
  max: Number(poolSize),
  application_name: 'bare_worker',
});
const LOCK = 'select * from complaints where id = $1 for update';
const SAVE = `with e as (insert into events (complaint_id, seq, type) values ($1, $4, $2)),
  d as (update commands set state = 'applied' where id = $3::uuid)
  update complaints set status = $2, version = $4 where id = $1`;
const PUBLISH = `update replies set state = 'published' where complaint_id = $1`;

/** One transaction: lock the row, write it and an event. */
async function step(id: string, status: string, commandId?: string): Promise<void> {
  const client = await pool.connect();
  await client.query('begin');
  const { rows } = await client.query<{ version: number }>({
    name: 'lock',
    text: LOCK,
    values: [id],
  });
  const values = [id, status, commandId ?? null, (rows[0]?.version ?? 0) + 1];
  await client.query({ name: 'save', text: SAVE, values });
  await client.query('commit');
  client.release();
}

async function publish(id: string): Promise<void> {
  await pool.query({ name: 'publish', text: PUBLISH, values: [id] });
  await step(id, 'closed');
}

export interface BareActivities {
  step: typeof step;
  publish: typeof publish;
}

Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address });
const pollers = (initial: number) =>
  ({ type: 'autoscaling', minimum: 1, initial, maximum: 16 }) as const;
const lives = await Worker.create({
  connection,
  taskQueue: 'bare',
  workflowBundle: { codePath },
  activities: { step },
  maxCachedWorkflows: 2_000,
  reuseV8Context: true,
  workflowTaskPollerBehavior: pollers(4),
});
const publications = await Worker.create({
  connection,
  taskQueue: 'bare-publish',
  activities: { publish },
  activityTaskPollerBehavior: pollers(4),
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
await Promise.all([lives.run(), publications.run()]);
