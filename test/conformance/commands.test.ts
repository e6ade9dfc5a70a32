import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { putJob, STATES } from '../support/job-states.ts';
import type { Driver } from './driver.ts';
import { refusalOf } from './refusal.ts';
import { DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

const LATER = new Date(Date.now() + 7_200_000);
const REASON = `it's "over" -- ö`;

const COMMANDS = {
  cancel: (driver: Driver, id: string) => driver.act('cancel', id, REASON),
  discard: (driver: Driver, id: string) => driver.act('discard', id, REASON),
  'run-now': (driver: Driver, id: string) => driver.act('runNow', id),
  reschedule: (driver: Driver, id: string) => driver.reschedule(id, LATER),
  retry: (driver: Driver, id: string) => driver.act('retry', id),
};
type Command = keyof typeof COMMANDS;

/** A job in each state that there is, and one that waits in a sequence, one that was cancelled while it runs. */
const SITUATIONS = [...STATES, 'parked', 'cancelling'] as const;
type Situation = (typeof SITUATIONS)[number];

async function put(situation: Situation): Promise<string> {
  if (situation === 'parked') {
    await stage.drivers.SQL.enqueue({ task: 'works', sequence: 'line' });
    return stage.drivers.SQL.enqueue({ task: 'works', sequence: 'line' });
  }
  if (situation !== 'cancelling') return putJob(stage, situation);
  const id = await putJob(stage, 'running');
  await stage.drivers.SQL.act('cancel', id, 'first');
  return id;
}

/** The state that is answered; where there is none, the command is refused with wrong_state. */
const ANSWERS: Record<Command, Partial<Record<Situation, string>>> = {
  cancel: {
    ...{ scheduled: 'cancelled', available: 'cancelled', retryable: 'cancelled', parked: 'cancelled' },
    ...{ running: 'running', cancelling: 'running' },
  },
  discard: { scheduled: 'discarded', available: 'discarded', retryable: 'discarded', parked: 'discarded' },
  'run-now': { scheduled: 'available', available: 'available', retryable: 'available' },
  reschedule: { scheduled: 'scheduled', available: 'scheduled', retryable: 'retryable' },
  retry: {
    ...{ scheduled: 'available', available: 'available', retryable: 'available' },
    ...{ completed: 'available', discarded: 'available', cancelled: 'available' },
  },
};

/** What the job's state is called in a refusal. */
const stateOf = (situation: Situation) =>
  ({ parked: 'scheduled behind job', cancelling: 'running' })[situation as string] ?? situation;

for (const name of DRIVERS) {
  for (const [command, run] of Object.entries(COMMANDS)) {
    describe(`${command} through ${name}`, () => {
      for (const situation of SITUATIONS) {
        const answer = ANSWERS[command as Command][situation];
        if (answer === undefined) {
          test(`is refused for a ${situation} job, which stays as it was`, async () => {
            const driver = stage.drivers[name];
            const id = await put(situation);
            const before = await driver.job(id);
            const { code, message } = await refusalOf(run(driver, id));
            assert.equal(code, 'wrong_state');
            assert.match(
              message,
              new RegExp(`^job ${id} is ${stateOf(situation)}.*: it cannot be .* \\(.+\\)$`),
            );
            assert.deepEqual(await driver.job(id), before);
          });
        } else {
          test(`leaves a ${situation} job ${answer}`, async () => {
            const driver = stage.drivers[name];
            const id = await put(situation);
            const before = await driver.job(id);
            assert.equal(await run(driver, id), answer);
            const job = await driver.job(id);
            assert.equal(job?.state, answer);
            const ends = answer === 'cancelled' || answer === 'discarded';
            const isRevived = before?.finishedAt !== null;
            assert.equal(job.lastError, ends ? REASON : isRevived ? null : before?.lastError);
            assert.equal(job.attempt, isRevived ? 0 : before?.attempt);
            assert.deepEqual(job.errors, before?.errors);
            if (command === 'reschedule') assert.equal(job.runAt, LATER.toISOString());
          });
        }
      }

      test('is refused for a job there is not', async () => {
        const { code, message } = await refusalOf(run(stage.drivers[name], '99999999'));
        assert.equal(code, 'job_not_found');
        assert.match(message, /unknown job 99999999 \(.+\)/);
      });
    });
  }

  describe(`${name}`, () => {
    test('reschedules into the past, which makes a job available', async () => {
      const id = await putJob(stage, 'scheduled');
      assert.equal(await stage.drivers[name].reschedule(id, new Date(Date.now() - 86_400_000)), 'available');
    });

    test('keeps the latest error of a job that it cancels without a reason', async () => {
      const id = await putJob(stage, 'retryable');
      await stage.drivers[name].act('cancel', id);
      assert.equal((await stage.drivers[name].job(id))?.lastError, 'no luck');
    });

    test('does not retry a job whose unique key another one has, naming it', async () => {
      const { enqueue, act } = stage.drivers[name];
      const id = await enqueue({ task: 'works', uniqueKey: name });
      await act('cancel', id);
      const holder = await enqueue({ task: 'works', uniqueKey: name });
      const { code, message } = await refusalOf(act('retry', id));
      assert.equal(code, 'wrong_state');
      assert.match(message, new RegExp(`job ${holder} has its unique key now`));
    });

    test('finds nothing of a job there is not', async () => {
      assert.equal(await stage.drivers[name].job('99999999'), null);
      assert.equal(await stage.drivers[name].explain('99999999'), null);
    });
  });
}
