import { stringifyExactly } from '../../db/exact-json.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { formatAttempts } from '../../wire/parse-attempts.ts';
import { count } from '../parts/number.ts';
import type { View } from '../shell/view.ts';

/** Ids that are named; of more their number is. */
const MOST_NAMED = 5;

/** Which jobs fit, in words that follow "jobs"; undefined for a filter that all fit. */
export function filterWords(view: View, filter: JobFilter): string | undefined {
  const said = [
    ...namedWords(view, filter),
    ...contentWords(view, filter),
    ...timeWords(view, filter),
  ].filter((each) => each !== undefined && each !== '');
  return said.length === 0 ? undefined : said.join(view.texts.jobs.words.join);
}

type Words = (string | undefined)[];

function namedWords(view: View, { states, queue, task, ids }: JobFilter): Words {
  const { parts, jobs } = view.texts;
  const { words } = jobs;
  const either = new Intl.ListFormat(view.language, { type: 'disjunction' });
  const named = ids && ids.length <= MOST_NAMED ? ids.join(', ') : count(view, ids?.length ?? 0);
  return [
    states && words.states(either.format(states.map((state) => parts.states[state]))),
    queue && words.queue(queue),
    task && words.task(task),
    ids && words.ids(named),
  ];
}

function contentWords({ texts }: View, filter: JobFilter): Words {
  const { words } = texts.jobs;
  const { error, failure, key, sequence, trace, worker, search, payloadContains } = filter;
  const attempts = formatAttempts(filter).join(words.and);
  return [
    error && words.error(error),
    failure && words.failure(failure),
    key && words.key(key),
    sequence && words.sequence(sequence),
    trace && words.trace(trace),
    worker && words.worker(worker),
    attempts && words.attempts(attempts),
    search && words.search(search),
    payloadContains === undefined ? undefined : words.payload(stringifyExactly(payloadContains) ?? ''),
  ];
}

function timeWords({ texts }: View, filter: JobFilter): Words {
  const { words } = texts.jobs;
  return [
    filter.createdAfter && words.createdAfter(inUtc(filter.createdAfter)),
    filter.createdBefore && words.createdBefore(inUtc(filter.createdBefore)),
    filter.finishedAfter && words.finishedAfter(inUtc(filter.finishedAfter)),
    filter.finishedBefore && words.finishedBefore(inUtc(filter.finishedBefore)),
  ];
}

function inUtc(at: Date): string {
  return `${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
