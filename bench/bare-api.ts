import { Client, Connection } from '@temporalio/client';
import express from 'express';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import type { Message } from './messages.js';

// The bare counterpart of the API: what Express, JSON and one transaction a request cost, and nothing else.
const [databaseUrl, poolSize, temporalAddress] = process.argv.slice(2);
const pool = new pg.Pool({
  connectionString: databaseUrl,
  max: Number(poolSize),
  application_name: 'bare_api',
});
const temporal = temporalAddress
  ? new Client({ connection: Connection.lazy({ address: temporalAddress }) })
  : undefined;
const app = express();
app.disable('etag');
app.use(express.json());

const INTAKE = `with n as (select nextval('complaint_numbers') as count),
  c as (insert into complaints (id, number, source, external_id, text, author, contact)
    select $1, '2026-' || lpad(count::text, 6, '0'), $2, $3, $4, $5, $6 from n returning id, number),
  e as (insert into events (complaint_id, seq, type) select id, 0, 'received' from c),
  o as (insert into outbox (kind, complaint_id) select 'start', id from c)
  select number from c`;
const COMMAND = 'insert into commands (id, complaint_id, type) values ($1, $2, $3)';
const REPLY = `with r as (insert into replies (id, complaint_id, text) values ($1, $2, $4))
  insert into commands (id, complaint_id, type) values ($1, $2, $3)`;

app.post('/complaints', async (req, res) => {
  const { source, externalId, text, author } = req.body as Message;
  const id = uuid();
  const values = [id, source, externalId, text, author.name, author.contact];
  const { rows } = await pool.query<{ number: string }>({ name: 'intake', text: INTAKE, values });
  res.status(202).json({ id, number: rows[0]?.number, status: 'received' });
  await temporal?.workflow.start('bareLife', { workflowId: id, taskQueue: 'bare', args: [id] });
});

async function command(id: string, type: string, text: string, more: string[] = []) {
  const commandId = uuid();
  await pool.query({ name: type, text, values: [commandId, id, type, ...more] });
  for (;;) {
    try {
      return await temporal?.workflow.getHandle(id).executeUpdate(type, { args: [commandId] });
    } catch (error) {
      // Not there yet: it is being started.
      if ((error as Error).name !== 'WorkflowNotFoundError') throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
app.post('/complaints/:id/accept', async (req, res) => {
  res.json(await command(req.params.id, 'accept', COMMAND));
});
app.post('/complaints/:id/replies', async (req, res) => {
  res.json(await command(req.params.id, 'reply', REPLY, [(req.body as Message).text]));
});

const server = app.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit());
