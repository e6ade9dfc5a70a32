import type { JobState, JobSummary } from '../../../look/job.ts';

/** In which state each selected job was when somebody was asked whether it shall be done. */
export type SeenStates = ReadonlyMap<string, JobState>;

/** Jobs of one state that follow each other, by their ids. */
export interface SeenRun {
  ids: string[];
  /** Undefined for jobs of which nobody was shown a state. */
  state: JobState | undefined;
}

/** The field of a form that has one state, and the ids of the jobs that were seen in it. */
export const SEEN_FIELD = 'seen';
const FIELD = /^(scheduled|available|retryable|running|completed|discarded|cancelled)((?:\.[1-9]\d{0,17})+)$/;

export function seenIn(jobs: readonly JobSummary[]): SeenStates {
  return new Map(jobs.map(({ id, state }) => [id, state]));
}

/** One for each state: `discarded.7.9`. */
export function writeSeen(seen: SeenStates): string[] {
  const byState = Map.groupBy(seen, ([, state]) => state);
  return [...byState].map(([state, jobs]) => [state, ...jobs.map(([id]) => id)].join('.'));
}

/** What is no such field says nothing of any job. */
export function readSeen(fields: readonly string[]): SeenStates {
  const seen = new Map<string, JobState>();
  for (const field of fields) {
    const [, state = '', ids = ''] = FIELD.exec(field) ?? [];
    for (const id of ids.split('.').slice(1)) seen.set(id, state as JobState);
  }
  return seen;
}

/**
 * The jobs in order of id, in as few runs as have one state each: whoever locks jobs locks them in that order, and otherwise two with
 * jobs in common could wait for each other.
 */
export function runsOf(ids: readonly string[], seen: SeenStates): SeenRun[] {
  const runs: SeenRun[] = [];
  for (const id of ids.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const state = seen.get(id);
    const last = runs.at(-1);
    if (last && last.state === state) last.ids.push(id);
    else runs.push({ ids: [id], state });
  }
  return runs;
}
