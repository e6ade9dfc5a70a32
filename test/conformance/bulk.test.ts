import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { putJob, STATES } from '../support/job-states.ts';
import type { Action, Filter } from './driver.ts';
import { refusalOf } from './refusal.ts';
import { DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
let ids: Record<string, string>;
before(async () => {
  stage = await openStage();
});
beforeEach(async () => {
  await stage.clear();
  ids = {};
  for (const state of STATES) ids[state] = await putJob(stage, state);
  const { enqueue } = stage.drivers.SQL;
  ids['mail'] = await enqueue({ task: 'mails', payload: { who: 'eve' }, delayMs: 60_000 });
  ids['ahead'] = await enqueue({ task: 'works', queue: 'critical', sequence: 's' });
  ids['parked'] = await enqueue({ task: 'works', queue: 'critical', sequence: 's' });
});
after(() => stage.close());

interface Case {
  action: Action;
  filter: Filter;
  /** Who is counted, and who is then changed if not the same. */
  fits: string[];
  changes?: string[];
  leaves: string;
}

/** The group of the task "works" and the error "no luck". */
const FAILURE = createHash('sha256').update('works\nno luck').digest('hex').slice(0, 16);
const DEFAULT: Filter = { queue: 'default' };
const ANY_TASK: Filter = { task: 'works' };

const CASES: Case[] = [
  {
    action: 'cancel',
    filter: DEFAULT,
    fits: ['scheduled', 'available', 'retryable', 'running'],
    leaves: 'cancelled',
  },
  { action: 'cancel', filter: { ...DEFAULT, state: 'retryable' }, fits: ['retryable'], leaves: 'cancelled' },
  {
    action: 'cancel',
    filter: { queue: 'critical', state: 'available' },
    fits: ['ahead'],
    leaves: 'cancelled',
  },
  { action: 'cancel', filter: { payloadContains: { who: 'eve' } }, fits: ['mail'], leaves: 'cancelled' },
  { action: 'discard', filter: DEFAULT, fits: ['scheduled', 'available', 'retryable'], leaves: 'discarded' },
  { action: 'discard', filter: { task: 'mails' }, fits: ['mail'], leaves: 'discarded' },
  {
    ...{ action: 'runNow', filter: ANY_TASK, leaves: 'available' },
    ...{ fits: ['scheduled', 'retryable', 'parked'], changes: ['scheduled', 'retryable'] },
  },
  { action: 'runNow', filter: { error: 'LUCK' }, fits: ['retryable'], leaves: 'available' },
  {
    ...{ action: 'retry', filter: { failure: FAILURE, state: 'retryable' } },
    ...{ fits: ['retryable'], leaves: 'available' },
  },
  {
    ...{ action: 'cancel', filter: { sequence: 's', attemptsAbove: 0 } },
    ...{ fits: [], leaves: 'cancelled' },
  },
  { action: 'retry', filter: DEFAULT, fits: ['discarded', 'retryable'], leaves: 'available' },
  { action: 'retry', filter: { ...DEFAULT, state: 'completed' }, fits: ['completed'], leaves: 'available' },
  { action: 'retry', filter: { ...DEFAULT, state: 'cancelled' }, fits: ['cancelled'], leaves: 'available' },
  { action: 'retry', filter: { ...DEFAULT, state: 'scheduled' }, fits: ['scheduled'], leaves: 'available' },
  { action: 'cancel', filter: { key: 'nobody has it' }, fits: [], leaves: 'cancelled' },
];

async function states(): Promise<Record<string, string | undefined>> {
  const { jobs } = await stage.drivers.TypeScript.list({}, { limit: 50 });
  return Object.fromEntries(
    Object.entries(ids).map(([name, id]) => [name, jobs.find((job) => job.id === id)?.state]),
  );
}

for (const name of DRIVERS) {
  describe(`many at once through ${name}`, () => {
    for (const { action, filter, fits, changes = fits, leaves } of CASES) {
      test(`${action} by ${JSON.stringify(filter)} counts, then changes what fits`, async () => {
        const { bulk } = stage.drivers[name];
        const before = await states();
        assert.equal(await bulk({ action, filter, isDryRun: true }), fits.length);
        assert.deepEqual(await states(), before);
        assert.equal(await bulk({ action, filter }), changes.length);
        const changed = changes.map((each) => [each, each === 'running' ? 'running' : leaves]);
        // Whoever is behind a job that ended is behind nobody.
        const freed = changes.includes('ahead') ? { parked: 'available' } : {};
        assert.deepEqual(await states(), { ...before, ...Object.fromEntries(changed), ...freed });
      });
    }

    test('takes the oldest when there are more than it may', async () => {
      const { bulk } = stage.drivers[name];
      assert.equal(await bulk({ action: 'cancel', filter: DEFAULT, max: 2, isDryRun: true }), 2);
      assert.equal(await bulk({ action: 'cancel', filter: DEFAULT, max: 2, reason: "that's it" }), 2);
      const { jobs } = await stage.drivers.SQL.list({ error: "that's it" }, { limit: 50 });
      assert.deepEqual(jobs.map(({ id }) => id).sort(), [ids['scheduled'], ids['available']].sort());
    });

    for (const [action, state] of [
      ['cancel', 'completed'],
      ['discard', 'running'],
      ['runNow', 'available'],
      ['retry', 'running'],
    ] as const) {
      test(`refuses to ${action} what is ${state}`, async () => {
        const filter = { ...DEFAULT, state };
        for (const isDryRun of [true, false]) {
          const { code, fields } = await refusalOf(stage.drivers[name].bulk({ action, filter, isDryRun }));
          assert.deepEqual([code, fields], ['invalid_options', ['state']]);
        }
      });
    }

    test('refuses a queue or a task there is not, and tells the nearest', async () => {
      for (const isDryRun of [true, false]) {
        const refused = (filter: Filter) =>
          refusalOf(stage.drivers[name].bulk({ action: 'cancel', filter, isDryRun }));
        const queue = await refused({ queue: 'critcal' });
        assert.equal(queue.code, 'unknown_queue');
        assert.match(queue.message, /Did you mean "critical"\?/);
        const task = await refused({ task: 'wroks' });
        assert.equal(task.code, 'unknown_task');
        assert.match(task.message, /Did you mean "works"\?/);
      }
    });
  });
}

for (const name of DRIVERS.filter((each) => each !== 'TypeScript')) {
  test(`${name} refuses to change fewer than 1 or more than 100,000 jobs at once`, async () => {
    for (const max of [0, 100_001]) {
      const request = { action: 'cancel', filter: DEFAULT, max } as const;
      const { code, fields } = await refusalOf(stage.drivers[name].bulk(request));
      assert.deepEqual([code, fields], ['invalid_options', ['max']]);
    }
  });
}
