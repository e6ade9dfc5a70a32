import { describeOption } from '../../enqueue/describe-option.ts';
import { OPTION_ROWS, type OptionRow } from '../../enqueue/option-table.ts';
import type { RequestedJob } from '../../wire/schemas/new-job.ts';
import type { OptionValues } from '../arguments/option-values.ts';
import { readPayload } from '../arguments/read-payload.ts';
import type { Call, Command, OptionDefinition } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { describeInstant } from '../terminal/describe-time.ts';

/** Those whose value is one text: `--header` is put together from several. */
const PLAIN_OPTIONS = OPTION_ROWS.map(([, row]) => row).filter(({ kind }) => kind !== 'headers');

export const enqueue: Command = {
  usage: 'TASK [PAYLOAD | -]',
  about: [
    'PAYLOAD is JSON, {} by default; - reads it from standard input. It is checked by the task’s schema.',
  ],
  argumentCount: [1, 2],
  options: {
    ...Object.fromEntries(PLAIN_OPTIONS.map((row) => [toFlag(row.name), toDefinition(row)])),
    header: { value: 'NAME=VALUE', help: 'Handed to the handler; may be given again', isRepeatable: true },
  },
  examples: [
    [`enqueue send_welcome_email '{"user_account":"ada"}'`, 'adds a job to the task’s own queue'],
    [`enqueue send_welcome_email '{"user_account":"ada"}' --queue critical --delay 10m`, 'in another, later'],
    [
      `enqueue send_welcome_email - --unique-key welcome-ada <<< '{"user_account":"ada"}'`,
      'once, with a payload from standard input',
    ],
  ],
  async run(call) {
    const requested = await readRequest(call);
    const { db } = await call.connect();
    const { enqueueJob } = await import('../act/enqueue-job.ts');
    const added = await enqueueJob(db, requested);
    const { id, task, queue, maxRetries, runAt } = added;
    const when = runAt.getTime() > Date.now() ? `, ${describeInstant(runAt)}` : '';
    const answer = { id, task, queue, max_retries: maxRetries, run_at: runAt.toISOString() };
    call.output.answer(answer, `Job ${id}: ${task} in queue ${queue}${when}.`);
    return 0;
  },
};

function toFlag(name: string): string {
  return name.replaceAll('_', '-');
}

function toDefinition(row: OptionRow): OptionDefinition {
  return {
    ...(row.kind === 'flag' ? {} : { value: toPlaceholder(row) }),
    help: describeOption(row, (name) => `--${toFlag(name)}`),
    ...(row.kind === 'choice' ? { choices: row.choices } : {}),
  };
}

/** What the help calls a value. */
function toPlaceholder({ kind, name }: OptionRow): string {
  switch (kind) {
    case 'duration':
    case 'instant':
      return kind.toUpperCase();
    case 'integer':
      return 'N';
    case 'choice':
      return 'MODE';
    case 'job':
      return 'ID';
    default:
      return name.endsWith('key') ? 'KEY' : 'NAME';
  }
}

async function readRequest({ args: [task = '', payload], options }: Call): Promise<RequestedJob> {
  const { checkRequest } = await import('../act/enqueue-job.ts');
  const given = PLAIN_OPTIONS.filter(({ name }) => options.isSet(toFlag(name)));
  const fields = given.map(({ name, kind }) => {
    const text = options.text(toFlag(name)) ?? '';
    return [name, kind === 'flag' || (kind === 'integer' ? toNumber(text) : text)];
  });
  return checkRequest({
    ...Object.fromEntries(fields),
    ...readHeaders(options),
    task,
    ...(payload === undefined ? {} : { payload: await readPayload(payload) }),
  });
}

function readHeaders(options: OptionValues): { headers?: Record<string, string> } {
  const given = options.all('header');
  if (given.length === 0) return {};
  const headers = given.map((text) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined)
      throw new UsageError(`--header: expected NAME=VALUE; received ${JSON.stringify(text)}`);
    return [name, value];
  });
  return { headers: Object.fromEntries(headers) };
}

/** What is no number is left to the schema, which says what it expects. */
function toNumber(text: string): number | string {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}
