import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createClient } from '../../src/db/connections/connection.ts';
import { openDatabase } from '../../src/db/connections/open-database.ts';

/** A message of the server: its type, its length with itself, and what it says. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

const READY_AND_OVER = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('K', Buffer.alloc(8)),
  message('Z', Buffer.from('I')),
  message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0')),
]);

let server: Server;
let connectionString: string;
before(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(READY_AND_OVER));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  connectionString = `postgres://ada@127.0.0.1:${(server.address() as AddressInfo).port}/bank`;
});
after(() => server.close());

/** An error that nobody listens for would end the process, and so this test. */
describe('a session that the server ends in the packet which begins it', () => {
  test('is an error of connecting for a pool', async () => {
    const { db, close } = openDatabase({ connectionString, applicationName: 'ended at once' });
    await assert.rejects(db.connect(), { code: '57P01' });
    await assert.rejects(db.query('select 1'), { code: '57P01' });
    assert.equal(db.totalCount, 0);
    await close();
  });

  test('is an error of connecting for a single connection', async () => {
    const client = createClient({ connectionString, applicationName: 'ended at once' });
    await assert.rejects(client.connect(), { code: '57P01' });
  });
});
