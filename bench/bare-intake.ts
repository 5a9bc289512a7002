import express from 'express';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import type { Message } from './messages.js';

// The bare counterpart of POST /complaints: JSON parsed, and the same INSERTs into the product's own tables (their text
// lies in a table of its own) as one prepared statement, which is one transaction and one round trip. Nothing else.
const [databaseUrl, poolSize] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: Number(poolSize) });
const app = express();
app.disable('etag');
app.use(express.json());

const INTAKE = `with n as (select nextval('complaint_numbers')::text as count),
  c as (insert into complaints (id, number, source, external_id, text_id, author_name, author_contact,
      received_at, origin, visibility, track_token, created_by, event_seq, event_hash)
    select $1, '2026-' || lpad(count, 6, '0'), $2, $3, $4::uuid, $5, $6, now(), 'elsewhere', 'private', $4::text, 'bare', 1, ''
    from n returning id, number),
  t as (insert into texts (id, complaint_id, kind, body) select $4::uuid, id, 'complaint', $7 from c),
  e as (insert into events (complaint_id, seq, type, at, actor, data, hash)
    select id, 1, 'received', now(), 'bare', '{}', '' from c),
  o as (insert into outbox (kind, complaint_id, payload) select 'start', id, '{}' from c)
  select number from c`;

app.post('/complaints', async (req, res) => {
  const { source, externalId, text, author } = req.body as Message;
  const id = uuid();
  const values = [id, source, externalId, uuid(), author.name, author.contact, text];
  const { rows } = await pool.query<{ number: string }>({ name: 'intake', text: INTAKE, values });
  res.status(202).json({ id, number: rows[0]?.number, status: 'received' });
});

const server = app.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit());
