import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SkipRetry, Snooze } from '../../src/tasks/outcomes.ts';
import type { TaskProcessor } from '../../src/work/processor.ts';
import {
  arm,
  CLASSES,
  disarm,
  installFaults,
  type Refusal,
  type Stage,
  strikeCount,
} from '../support/faults.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works');
const givesUp = testTask('gives_up');
const snoozes = testTask('snoozes');

const CONCURRENCY = 5;

/** Runs that may begin one after the other to see whether their ends are written. */
const TRIALS = 10;

let queue: TestQueue;
let processor: TaskProcessor;
/** Attempt of every run, by job. */
const runs = new Map<string, number[]>();

before(async () => {
  const note = (id: string, attempt: number) => runs.set(id, [...(runs.get(id) ?? []), attempt]);
  queue = await openTestQueue([
    [works, async (_, { job }) => void note(job.id, job.attempt)],
    [
      givesUp,
      async (_, { job }) => {
        note(job.id, job.attempt);
        throw new SkipRetry('no use');
      },
    ],
    [
      snoozes,
      async (_, { job }) => {
        note(job.id, job.attempt);
        throw new Snooze(3_600_000);
      },
    ],
  ]);
  await installFaults(queue.pool);
  processor = await queue.start([{ name: 'default', concurrency: CONCURRENCY }]);
});
after(() => queue.close());

async function enqueue(count: number, task = works): Promise<string[]> {
  const jobs = await queue.distributor.distributeMany(
    queue.pool,
    Array.from({ length: count }, () => ({ task, payload: {} })),
  );
  return jobs.map(({ id }) => id);
}

async function untilAll(ids: readonly string[], state: string): Promise<void> {
  await waitFor(
    `${ids.length} jobs to be ${state}`,
    async () => {
      const { rows } = await queue.pool.query(
        'select count(*)::integer as n from howdah.jobs where id = any ($1::bigint[]) and state = $2',
        [ids, state],
      );
      return rows[0].n === ids.length;
    },
    60_000,
  );
}

function assertEachRanOnce(ids: readonly string[]): void {
  const attempts = ids.map((id) => runs.get(id) ?? []);
  assert.deepEqual(attempts, Array(ids.length).fill([1]));
}

describe('a hundred refusals in a row of what ends a run make no job run again:', () => {
  const ends: [Stage, typeof works, string, readonly Refusal[]][] = [
    ['complete', works, 'completed', CLASSES],
    ['history', works, 'completed', ['23505', '53100']],
    ['fail', givesUp, 'discarded', ['40001', '57014', 'XX000']],
    ['fail', snoozes, 'scheduled', ['55P03']],
  ];
  for (const [stage, task, state, codes] of ends) {
    for (const code of codes) {
      test(`${code} at ${stage} of ${task.name}`, async () => {
        await arm(queue.pool, stage, code, 100);
        const ids = await enqueue(100, task);
        await waitFor('the queue to be in trouble', () =>
          processor.troubledQueues().some(({ isOpen }) => isOpen),
        );
        const begunBefore = ids.filter((id) => runs.has(id)).length;
        await waitFor('all to be refused', async () => (await strikeCount(queue.pool)) >= 100, 60_000);
        const begun = ids.filter((id) => runs.has(id)).length - begunBefore;
        assert.ok(begun <= CONCURRENCY + TRIALS, `${begun} runs began although no end was written`);
        await untilAll(ids, state);
        assertEachRanOnce(ids);
        await waitFor('the queue to be well', () => processor.troubledQueues().length === 0);
      });
    }
  }
});

test('one end that alone is refused does not keep others from running, nor its batch mates from ending', async () => {
  await disarm(queue.pool);
  const [poisoned = ''] = await enqueue(1);
  await queue.untilState(poisoned, 'completed');
  const ids = await enqueue(50);
  const victim = ids[20] ?? '';
  await queue.pool.query(`
    create function public.refuse() returns trigger language plpgsql as $$
    begin if old.id = ${victim} then raise exception 'not this one'; end if; return old; end $$;
    create trigger a_refuse before delete on graphile_worker._private_jobs for each row execute function public.refuse()`);
  const others = [...ids.filter((id) => id !== victim), ...(await enqueue(50))];
  await untilAll(others, 'completed');
  const { rows } = await queue.pool.query('select state from howdah.jobs where id = $1', [victim]);
  if (rows[0].state === 'running') assert.equal(processor.troubledQueues()[0]?.isOpen, false);
  await queue.pool.query('drop trigger a_refuse on graphile_worker._private_jobs');
  await untilAll([victim], 'completed');
  assertEachRanOnce(ids);
});
