import pg from 'pg';
import { queueSchema } from './queue-schema.ts';

/** Fills psql-style placeholders: `:"name"` becomes a quoted identifier, `:'name'` a quoted literal. */
export function renderForQueue(text: string, queue: string): string {
  const values: Record<string, string> = {
    queue,
    schema: queueSchema(queue),
    job_table: `${pg.escapeIdentifier(queueSchema(queue))}._private_jobs`,
    sample: `sample_${queue}`,
    depth: `depth_${queue}`,
    keep_attempt: `keep_attempt_${queue}`,
    release_job: `release_job_${queue}`,
    placed_jobs: `placed_jobs_${queue}`,
    release: `release_${queue}`,
    gate: `gate_${queue}`,
    apply_verdict: `apply_verdict_${queue}`,
    archive: `archive_${queue}`,
    record_finished: `record_finished_${queue}`,
  };
  return text
    .replace(/:"(\w+)"/g, (_, name: string) => pg.escapeIdentifier(lookUp(values, name)))
    .replace(/:'(\w+)'/g, (_, name: string) => pg.escapeLiteral(lookUp(values, name)));
}

function lookUp(values: Record<string, string>, name: string): string {
  const value = values[name];
  if (value === undefined) throw new TypeError(`SQL template names an unknown placeholder: ${name}`);
  return value;
}
