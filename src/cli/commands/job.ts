import { stringifyExactly } from '../../db/exact-json.ts';
import { getJob } from '../../look/get-job.ts';
import type { Job, JobError } from '../../look/job.ts';
import { seesPayloads } from '../../look/sees-payloads.ts';
import { presentJob } from '../../wire/present-job.ts';
import { withholdFields } from '../../wire/withhold-fields.ts';
import { withinDepth } from '../../wire/within-depth.ts';
import { noJob, toJobId } from '../arguments/job-id.ts';
import type { Command } from '../command.ts';
import { describeDuration, describeExactly } from '../terminal/describe-time.ts';
import { stateStyle } from '../terminal/job-columns.ts';
import type { Output } from '../terminal/output.ts';
import { renderFacts } from '../terminal/render-facts.ts';
import { printable } from '../terminal/text-width.ts';

export const job: Command = {
  usage: 'ID',
  argumentCount: [1, 1],
  examples: [
    ['job 4711', 'its state, payload, result, and every failed run'],
    ['job 4711 --json | jq .payload', 'its payload alone'],
  ],
  async run({ args: [given = ''], output, connect }) {
    const id = toJobId(given);
    const { db } = await connect();
    const found = await getJob(db, id);
    if (!found) throw noJob(id);
    if (output.isJson) output.json(presentJob(found, 'admin'));
    else
      output.line(renderJob(found, output, { isSeeing: found.payload !== null || (await seesPayloads(db)) }));
    return 0;
  },
};

function renderJob(found: Job, { paint }: Output, { isSeeing }: { isSeeing: boolean }): string {
  const { state, errors } = found;
  const data = isSeeing
    ? describeData(found)
    : { Payload: 'not shown to this role, and neither are result and headers' };
  const facts = renderFacts({ ...describeLife(found), ...describeSettings(found), ...data }, paint);
  const title = `${paint('bold', `Job ${found.id}`)} ${paint(stateStyle(state), state)}`;
  const failed = errors.length === 0 ? [] : ['', paint('bold', 'Failed runs'), ...errors.map(describeError)];
  return [title, '', facts, ...failed].join('\n');
}

function describeLife(found: Job): Record<string, string | undefined> {
  const { progress, progressMessage, finishedAt, durationMs, lastError } = found;
  return {
    Queue: found.queue,
    Task: found.task,
    Run: `${found.attempt} of ${found.maxAttempts}`,
    Enqueued: describeExactly(found.createdAt),
    'Next run': finishedAt || found.startedAt ? undefined : describeNext(found),
    Started: found.startedAt ? describeExactly(found.startedAt) : undefined,
    Finished: finishedAt ? describeExactly(finishedAt) : undefined,
    Took: durationMs === null ? undefined : describeDuration(durationMs),
    Progress: progress === null ? undefined : `${progress}% ${progressMessage ?? ''}`.trim(),
    Worker: found.worker ?? undefined,
    'Last error': lastError === null ? undefined : printable(lastError),
  };
}

function describeNext({ runAt }: Job): string {
  return runAt === null ? 'when the job ahead of it in its sequence ends' : describeExactly(runAt);
}

function describeSettings(found: Job): Record<string, string | undefined> {
  const { timeoutMs } = found;
  return {
    Priority: found.priority === 0 ? undefined : String(found.priority),
    Key: found.key ?? undefined,
    Sequence: found.sequence ?? undefined,
    Deadline: found.deadline ? describeExactly(found.deadline) : undefined,
    'Time limit': timeoutMs === null ? undefined : timeoutMs === 0 ? 'none' : describeDuration(timeoutMs),
    'Kept until': found.expiresAt ? describeExactly(found.expiresAt) : undefined,
  };
}

function describeData({
  headers,
  redactedFields,
  resultNote,
  ...found
}: Job): Record<string, string | undefined> {
  const [payload, result] = [found.payload, found.result].map((value) =>
    withholdFields(withinDepth(value), redactedFields),
  );
  return {
    Headers: headers === null ? undefined : JSON.stringify(headers),
    Payload: stringifyExactly(payload, 2),
    Result: found.result === null ? undefined : stringifyExactly(result, 2),
    'Result note': resultNote === null ? undefined : printable(resultNote),
  };
}

function describeError({ attempt, name, message, failedAt, decision, retryAt }: JobError): string {
  const next = retryAt ? `, next run ${retryAt.toISOString()}` : '';
  return `  ${attempt}  ${failedAt.toISOString()}  ${printable(`${name}: ${message}`)} (${decision}${next})`;
}
