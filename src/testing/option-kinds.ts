import { appMistake } from '../app/check-app.ts';
import { type OptionKinds, wholeNumberCheck } from '../config/mistakes/option-mistakes.ts';
import { FINISHED_STATES, LIVE_STATES } from '../look/job.ts';
import type { TestDatabaseOptions } from './create-test-database.ts';
import type { EnqueuedFilter } from './enqueued.ts';
import type { RunDueOptions } from './run-due.ts';
import type { RunTaskOptions } from './run-task.ts';

const STATES: readonly unknown[] = [...LIVE_STATES, ...FINISHED_STATES];

export const TEST_DATABASE: OptionKinds<TestDatabaseOptions> = {
  ...{ connectionString: 'text', schema: 'text', app: appMistake },
  tasks: listCheck('a list of definitions or tasks', (task) => typeof task === 'object' && task !== null),
};

export const ENQUEUED: OptionKinds<EnqueuedFilter> = {
  ...{ queue: 'text', key: 'text', sequence: 'text', schema: 'text' },
  states: listCheck(`a list of ${STATES.join(', ')}`, (state) => STATES.includes(state)),
};

export const RUN_DUE: OptionKinds<RunDueOptions<unknown>> = {
  ...{ connectionString: 'text', pool: 'pool', schema: 'text', services: 'any', until: 'instant' },
  queues: listCheck('a list of names', (name) => typeof name === 'string'),
  maxJobs: wholeNumberCheck(0),
};

export const RUN_TASK: OptionKinds<RunTaskOptions<unknown>> = {
  ...{ services: 'any', headers: 'object', queue: 'text', id: 'text', deadline: 'instant' },
  ...{ attempt: 'any', maxAttempts: wholeNumberCheck(1), timeoutMs: 'milliseconds' },
  ...{ cron: 'object', signal: 'signal' },
};

function listCheck(expected: string, isRight: (value: unknown) => boolean) {
  return (value: unknown) => (Array.isArray(value) && value.every(isRight) ? undefined : expected);
}
