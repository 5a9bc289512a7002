// An agency's system in its smallest form: it is told of complaints by a webhook, checks the signature, takes each
// message once, accepts what is assigned to the agency and answers it through the API. Node 20 and nothing else.
//
//   WEBHOOK_SECRET=whsec_… OTKLIK_URL=http://127.0.0.1:3000 OTKLIK_KEY=otk_… PORT=8080 node webhook-receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { WEBHOOK_SECRET = '', OTKLIK_URL, OTKLIK_KEY, PORT = '8080' } = process.env;
const secret = Buffer.from(WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64');
const TOLERANCE_S = 5 * 60;

/** Whether the sender knows the secret and has signed these very bytes within the last minutes. */
function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures } = headers;
  if (!id || !signatures || !(Math.abs(Date.now() / 1000 - Number(at)) <= TOLERANCE_S))
    return false;
  const expected = createHmac('sha256', secret).update(`${id}.${at}.`).update(body).digest();
  // More than one while the secret is being rotated: any of them will do.
  return signatures.split(' ').some((signature) => {
    const [version, text] = signature.split(',');
    const given = Buffer.from(text ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

async function api(method, path, body, idempotencyKey) {
  const response = await fetch(`${OTKLIK_URL}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${OTKLIK_KEY}`,
      ...(body && { 'content-type': 'application/json', 'idempotency-key': idempotencyKey }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  // 409: it stands elsewhere by now, for example since this was done before.
  if (!response.ok && response.status !== 409) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** What the system does about a message. Types that it does not know are left alone. */
async function handle(id, { type, data }) {
  if (type !== 'complaint.assigned') return;
  const path = `/complaints/${data.id}`;
  // The message holds ids and codes; what the citizen wrote, and where it is, is read here.
  const complaint = await api('GET', path);
  if (complaint.status !== 'assigned') return;
  await api('POST', `${path}/accept`, {}, `${id}-accept`);
  const text = `Здравствуйте! По обращению ${complaint.number} работы выполнены.`;
  await api('POST', `${path}/replies`, { kind: 'final', text, outcome: 'solved' }, `${id}-reply`);
}

// A real system keeps these in its database, in the transaction that does the work.
const done = new Set();

const server = createServer(async (req, res) => {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = Buffer.concat(chunks); // The bytes as they came: JSON that is written again has another signature.
  if (!isGenuine(req.headers, body)) return res.writeHead(401).end();
  const id = req.headers['webhook-id'];
  try {
    if (!done.has(id)) await handle(id, JSON.parse(body.toString()));
    done.add(id);
    res.writeHead(204).end();
  } catch (error) {
    console.error(id, error.message);
    res.writeHead(500).end(); // It comes again, under the same id.
  }
});
server.listen(Number(PORT), () => console.log(`listening on ${server.address().port}`));
