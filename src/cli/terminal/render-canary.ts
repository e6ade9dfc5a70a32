import type { Canary, CanaryJob } from '../../look/canaries.ts';
import { describeInstant } from './describe-time.ts';
import type { Output } from './output.ts';
import { printable } from './text-width.ts';

/** What became of a canary, a line a job. */
export function renderCanary({ jobs, startedAt, startedBy, reason }: Canary, { paint }: Output): string {
  const why = reason === null ? '' : `: ${reason}`;
  const title = printable(
    `Canary of ${jobs.length}, started ${describeInstant(startedAt)} by ${startedBy}${why}`,
  );
  return [paint('bold', title), ...jobs.map(describeJob)].join('\n');
}

function describeJob({ id, outcome, error, isOver }: CanaryJob): string {
  const again = outcome === 'failed' && !isOver ? ', to be tried again' : '';
  return printable(`  ${id}  ${outcome}${again}${error === null ? '' : `  ${error}`}`);
}
