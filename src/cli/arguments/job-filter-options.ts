import { FINISHED_STATES, type JobState, LIVE_STATES } from '../../look/job.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { ATTEMPTS_FORM, parseAttempts } from '../../wire/parse-attempts.ts';
import { parseSearch } from '../../wire/search/parse-search.ts';
import type { OptionDefinitions } from '../command.ts';
import { UsageError } from '../command-error.ts';
import type { OptionValues } from './option-values.ts';
import { suggestion } from './suggestion.ts';

const STATES: readonly JobState[] = [...LIVE_STATES, ...FINISHED_STATES];

/** The options that say which jobs; they mean the same in every command. */
export const FILTER_OPTIONS: OptionDefinitions = {
  where: { value: 'TEXT', help: "A typed search, e.g. 'queue:critical state:discarded attempts:>3'" },
  queue: { value: 'NAME', help: 'Jobs of this queue' },
  state: {
    value: 'STATE',
    help: `In this state, or one of several: ${STATES.join(', ')}`,
    isRepeatable: true,
    choices: STATES,
  },
  task: { value: 'NAME', help: 'Jobs of this task' },
  key: { value: 'KEY', help: 'Jobs with this key' },
  error: { value: 'TEXT', help: 'With this in their latest error, in any case' },
  worker: { value: 'ID', help: 'That this worker pool has, or had last' },
  sequence: { value: 'NAME', help: 'Of this sequence' },
  trace: { value: 'ID', help: 'Enqueued in the trace with this id' },
  failure: { value: 'ID', help: 'Of this group of failures, as `howdah failures` lists them' },
  attempts: { value: 'N', help: 'With so many runs so far; also >N, >=N, <N, <=N' },
  since: { value: 'WHEN', help: 'Enqueued since: how long ago (2h), or an instant' },
  until: { value: 'WHEN', help: 'Enqueued before that' },
  'finished-since': { value: 'WHEN', help: 'Finished since' },
  'finished-until': { value: 'WHEN', help: 'Finished before that' },
  payload: { value: 'JSON', help: 'Whose payload contains this JSON' },
};

/** @throws {UsageError} for a value that can fit no job */
export function readFilter(options: OptionValues): JobFilter {
  const given = readOptions(options);
  const asked = readSearch(options.text('where'));
  const twice = Object.keys(asked).some((part) => given[part as keyof JobFilter] !== undefined);
  if (twice) throw new UsageError('--where: expected each condition once; an option has one of them too');
  return { ...given, ...asked };
}

/** Of nothing it would be every job. */
function readSearch(text: string | undefined): JobFilter {
  if (text === undefined) return {};
  const { filter, mistakes } = parseSearch(text);
  if (text.trim() === '') throw new UsageError('--where: expected at least one condition');
  if (mistakes.length === 0) return filter;
  throw new UsageError(mistakes.map(({ message }) => `--where: ${message}`).join('\n  '));
}

function readOptions(options: OptionValues): JobFilter {
  return {
    queue: options.text('queue'),
    states: options.words('state')?.map(toState),
    task: options.text('task'),
    key: options.text('key'),
    error: options.text('error'),
    worker: options.text('worker'),
    sequence: options.text('sequence'),
    trace: options.text('trace'),
    failure: options.text('failure'),
    ...readAttempts(options.text('attempts')),
    createdAfter: options.pastInstant('since'),
    createdBefore: options.pastInstant('until'),
    finishedAfter: options.pastInstant('finished-since'),
    finishedBefore: options.pastInstant('finished-until'),
    payloadContains: options.json('payload'),
  };
}

/** Whether any of them was given. */
export function hasFilter(options: OptionValues): boolean {
  return Object.keys(FILTER_OPTIONS).some((name) => options.isSet(name));
}

function readAttempts(text: string | undefined): Pick<JobFilter, 'attemptsAbove' | 'attemptsBelow'> {
  if (text === undefined) return {};
  const range = parseAttempts(text);
  if (range) return range;
  throw new UsageError(`--attempts: expected ${ATTEMPTS_FORM}; received ${JSON.stringify(text)}`);
}

function toState(word: string): JobState {
  const state = STATES.find((each) => each === word);
  if (state) return state;
  throw new UsageError(
    `--state: expected one of ${STATES.join(', ')}; received "${word}"${suggestion(word, STATES)}`,
  );
}
