import { type FieldMistake, HowdahError } from '../../errors.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { refuseInvalid } from '../../wire/describe-mistakes.ts';
import { jobQuery } from '../../wire/schemas/job-filter.ts';
import { toJobFilter } from '../../wire/to-job-filter.ts';
import type { View } from '../shell/view.ts';

/** Which jobs a page shows, as its address tells. */
export interface Search {
  filter: JobFilter;
  /** Parts that are wrong, and were left out. */
  mistakes: readonly FieldMistake[];
  /** The parts of the address that make the filter, without where its page begins. */
  params: URLSearchParams;
}

const CONDITIONS = Object.keys(jobQuery.shape).filter((name) => name !== 'limit' && name !== 'cursor');

/** What of the search is right. A viewer's may not ask what payloads contain: whoever may ask can read them, bit by bit. */
export function readSearch({ mayAct, texts }: View, given: URLSearchParams): Search {
  const params = new URLSearchParams(
    [...given].filter(([name, value]) => CONDITIONS.includes(name) && value !== ''),
  );
  const mistakes: FieldMistake[] = [];
  const wanted = toObject(params);
  if (!mayAct && 'payload_contains' in wanted) {
    delete wanted['payload_contains'];
    mistakes.push({ field: 'payload_contains', message: texts.jobs.hidden });
  }
  const found = mistakesOf(wanted);
  for (const { field } of found) delete wanted[field];
  const parsed = jobQuery.safeParse(wanted);
  return {
    filter: parsed.success ? toJobFilter(parsed.data) : {},
    mistakes: [...mistakes, ...found],
    params,
  };
}

/** The address of the list that shows what fits. */
export function searchAddress(params: URLSearchParams, more: Readonly<Record<string, string>> = {}): string {
  const all = new URLSearchParams([...params, ...Object.entries(more)]);
  return all.size === 0 ? 'jobs' : `jobs?${all}`;
}

/** The same search with other states, none for all. */
export function withStates(params: URLSearchParams, states: readonly string[]): URLSearchParams {
  const others = [...params].filter(([name]) => name !== 'state');
  return new URLSearchParams([...others, ...states.map((state) => ['state', state] as [string, string])]);
}

function toObject(params: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(params.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const [first = '', ...others] = params.getAll(name);
      return [name, others.length === 0 ? first : [first, ...others]];
    }),
  );
}

function mistakesOf(wanted: Record<string, string | string[]>): readonly FieldMistake[] {
  try {
    refuseInvalid({ ...jobQuery.safeParse(wanted), data: wanted, target: 'query' });
    return [];
  } catch (error) {
    if (error instanceof HowdahError) return error.fields;
    throw error;
  }
}
