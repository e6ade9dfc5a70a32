import { stringifyExactly } from '../../db/exact-json.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import type { View } from '../shell/view.ts';

/** Which jobs fit, in words that follow "jobs"; undefined for a filter that all fit. */
export function filterWords({ texts }: View, filter: JobFilter): string | undefined {
  const { words } = texts.jobs;
  const { queue, states, task, error, worker, key, search, payloadContains } = filter;
  const said = [
    states && words.states(states.map((state) => texts.parts.states[state]).join(words.or)),
    queue && words.queue(queue),
    task && words.task(task),
    error && words.error(error),
    key && words.key(key),
    worker && words.worker(worker),
    search && words.search(search),
    payloadContains === undefined ? undefined : words.payload(stringifyExactly(payloadContains) ?? ''),
    filter.createdAfter && words.createdAfter(inUtc(filter.createdAfter)),
    filter.createdBefore && words.createdBefore(inUtc(filter.createdBefore)),
    filter.finishedAfter && words.finishedAfter(inUtc(filter.finishedAfter)),
    filter.finishedBefore && words.finishedBefore(inUtc(filter.finishedBefore)),
  ].filter((each) => each !== undefined && each !== '');
  return said.length === 0 ? undefined : said.join(words.join);
}

function inUtc(at: Date): string {
  return `${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
