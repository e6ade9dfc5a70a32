import { EventEmitter } from 'node:events';
import { PostgresDistributor } from 'howdah';
import pg from 'pg';
import { sendReceipt } from './send-receipt.js';

/** The order and its receipt are there together, or neither is. */
const client = new pg.Client(process.env['DATABASE_URL']);
await client.connect();
const queue = new PostgresDistributor({ events: new EventEmitter() });
await client.query('begin');
await client.query("insert into orders values ('o-1')");
await queue.distribute(client, sendReceipt, { order_id: 'o-1' }, { delayMs: 0 });
await client.query('commit');

/** What a typing error is told before it runs. */
export async function misspelt(): Promise<void> {
  // @ts-expect-error: no such field
  await queue.distribute(client, sendReceipt, { ordre_id: 'o-1' });
  // @ts-expect-error: a number is no id
  await queue.distribute(client, sendReceipt, { order_id: 1 });
}

await client.end();
