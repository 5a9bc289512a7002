import { once } from 'node:events';
import { readRunRecord, stopRecorded } from './run-record.js';

// Started beside `otklik up` with a pipe from it. The pipe closes when `up` ends, however it ends: after kill -9 too. If
// `up` has left anything running then, it is stopped here, so that nothing stays behind on the machine.

const [dataDir, ownerPid] = process.argv.slice(2);

process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.stdin.on('error', () => undefined);
process.stdin.resume();
await once(process.stdin, 'close');

const record = dataDir && (await readRunRecord(dataDir));
// A later start that has taken over in the meantime looks after its own.
if (record && record.owner.pid === Number(ownerPid)) {
  await stopRecorded(record);
}
