import assert from 'node:assert/strict';

/** A generated client, as far as a session needs it. It fails for an answer that it does not expect. */
export interface Client {
  /** A job of the welcome mail, which is discarded where there is no such account; its id. In its home queue unless told. */
  enqueue(account: string, queue?: string): Promise<string>;
  /** The job's state when it has ended. */
  wait(id: string): Promise<string>;
  /** One job that was discarded or completed, the next after that of the cursor. */
  page(cursor: string | undefined): Promise<{ ids: string[]; next: string | null }>;
  /** The job's state then. */
  retry(id: string): Promise<string>;
  /** How many jobs were discarded, asked with nothing that the document calls optional but the dry run. */
  countDiscarded(): Promise<number>;
  /** Whether the queue is paused then. */
  pause(queue: string): Promise<boolean>;
  resume(queue: string): Promise<boolean>;
  /** What the stream of events sends from now on, as text or parsed, until the loop ends. */
  events(): AsyncIterable<unknown>;
  /** The code of the problem that an unknown job is. */
  askForNothing(): Promise<string>;
  /** A lease with as many as two jobs of the welcome mail that are in that queue. */
  lease(queue: string): Promise<Leased>;
  /** The jobs that it has besides those. */
  take(lease: string, runs: string[]): Promise<Leased>;
  /** Which of the runs are lost. */
  heartbeat(lease: string, runs: string[]): Promise<string[]>;
  /** Whether the job is cancelled. */
  progress(lease: string, run: string): Promise<boolean>;
  /** The job's state then. */
  complete(lease: string, run: string): Promise<string>;
  /** For good; the job's state then. */
  fail(lease: string, run: string): Promise<string>;
  endLease(lease: string): Promise<void>;
}

/** A lease, and the runs that were taken by a request. */
export interface Leased {
  id: string;
  runs: string[];
}

/** Of an answer with jobs. */
export function toLeased({ lease, jobs }: { lease: { id: string }; jobs: { run: string }[] }): Leased {
  return { id: lease.id, runs: jobs.map(({ run }) => run) };
}

/** Where the service is, and who asks. */
export const url = process.env['HOWDAH_URL'] ?? assert.fail('HOWDAH_URL');
export const token = process.env['HOWDAH_TOKEN'] ?? assert.fail('HOWDAH_TOKEN');

/** Does with a client what an operator's program does, and then what a worker does. */
export async function holdSession(client: Client): Promise<void> {
  const [first, second] = [await client.enqueue('nobody'), await client.enqueue('no.one')];
  assert.deepEqual([await client.wait(first), await client.wait(second)], ['discarded', 'discarded']);

  const ids = await allPages(client);
  assert.ok(ids.indexOf(second) !== -1 && ids.indexOf(second) < ids.indexOf(first), ids.join());

  assert.equal(await client.retry(first), 'available');
  assert.equal(await client.wait(first), 'discarded');
  assert.ok((await client.countDiscarded()) >= 2);

  assert.equal(await client.pause('critical'), true);
  assert.equal(await client.resume('critical'), false);

  await hearOfANewJob(client);
  assert.equal(await client.askForNothing(), 'job_not_found');

  await work(client);
}

/** Does with a client what a worker over HTTP does, in a queue that no other worker serves. */
async function work(client: Client): Promise<void> {
  const jobs = [
    await client.enqueue('nobody', 'leased'),
    await client.enqueue('no.one', 'leased'),
    await client.enqueue('none', 'leased'),
  ];
  const { id, runs } = await client.lease('leased');
  const [first = '', second = ''] = runs;
  assert.equal(runs.length, 2);
  assert.deepEqual(await client.heartbeat(id, [first, second, '999999999-1']), ['999999999-1']);
  assert.equal(await client.progress(id, first), false);
  assert.equal(await client.complete(id, first), 'completed');
  assert.equal(await client.fail(id, second), 'discarded');
  const more = await client.take(id, []);
  assert.deepEqual([more.id, more.runs.length], [id, 1]);
  await client.endLease(id);
  const [done = '', failed = '', ...rest] = jobs;
  assert.deepEqual([await client.wait(done), await client.wait(failed)], ['completed', 'discarded']);
  const again = await client.lease('leased');
  assert.equal(again.runs.length, rest.length);
  for (const run of again.runs) await client.complete(again.id, run);
  await client.endLease(again.id);
}

async function allPages(client: Client): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.page(cursor);
    ids.push(...page.ids);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

/** The stream is open when it first says something, so a job that is enqueued then is one that it tells of. */
async function hearOfANewJob(client: Client): Promise<void> {
  let id: string | undefined;
  const deadline = Date.now() + 30_000;
  for await (const event of client.events()) {
    id ??= await client.enqueue('nobody');
    if (JSON.stringify(event).includes(id)) return;
    assert.ok(Date.now() < deadline, `no event of job ${id}`);
  }
  assert.fail('the stream of events ended');
}
