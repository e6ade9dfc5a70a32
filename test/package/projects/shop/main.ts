import { createHowdah, startWorker } from 'howdah';
import { createClient } from 'howdah/client';
import { createHttpHandler } from 'howdah/http';
import pg from 'pg';
import { countWords } from './count-words.js';
import app from './howdah.config.js';
import { sendReceipt } from './send-receipt.js';

const WAIT = { timeoutMs: 20_000 };

/** A web application and its worker in one process: an order, its receipt, and a look at the job by HTTP. */
async function main(orderId: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });
  await pool.query('create table if not exists orders (id text primary key)');
  await pool.query('create table if not exists receipts (order_id text, attempt integer)');
  const worker = await startWorker({ app, queues: 'default:2', services: { pool } });
  const howdah = createHowdah({ pool, app, tasks: [sendReceipt, countWords] });
  const token = 'the-operator-of-the-shop-0123456789';
  const api = createHttpHandler({ app, pool, adminToken: token });
  try {
    const client = await pool.connect();
    await client.query('begin');
    await client.query('insert into orders values ($1)', [orderId]);
    const receipt = await howdah.enqueue(client, sendReceipt, { order_id: orderId });
    await client.query('commit');
    client.release();
    const words = await howdah.enqueueAlone(countWords, { text: 'thank you' });
    const { state, result } = await howdah.wait(words.id, WAIT);
    await howdah.wait(receipt.id, WAIT);
    const { rows } = await pool.query('select attempt from receipts where order_id = $1', [orderId]);
    const http = createClient('http://shop/howdah', token, {
      fetch: (...args) => api.fetch(new Request(...args)),
    });
    const response = await http.v1.jobs[':id'].$get({ param: { id: receipt.id }, query: {} });
    console.log(JSON.stringify({ words: [state, result], receipts: rows, answer: await response.json() }));
  } finally {
    await worker.stop();
    await Promise.all([howdah.close(), api.close()]);
    await pool.end();
  }

  // What a typing error is told before it runs.
  // @ts-expect-error: no such field
  const misspelt = () => howdah.enqueueAlone(sendReceipt, { ordre_id: orderId });
  // @ts-expect-error: a number is no id
  const mistyped = () => howdah.enqueueAlone(sendReceipt, { order_id: 1 });
  void [misspelt, mistyped];
}

main(process.argv[2] ?? 'o-1');
