import type { RequestedJob } from '../../wire/schemas/new-job.ts';
import type { Call, Command } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { describeInstant } from '../describe-time.ts';
import type { OptionValues } from '../option-values.ts';
import { readStandardInput } from '../read-standard-input.ts';

const NUMBERS = new Set(['priority', 'max-retries']);

export const enqueue: Command = {
  usage: 'TASK [PAYLOAD | -]',
  about: [
    'PAYLOAD is JSON, {} by default; - reads it from standard input. It is checked by the task’s schema.',
  ],
  argumentCount: [1, 2],
  options: {
    queue: { value: 'NAME', help: 'Where it runs (default: the task’s queue)' },
    delay: { value: 'DURATION', help: 'Wait so long before it may run: 500ms, 8s, 15m, 2h, 7d' },
    'run-at': { value: 'INSTANT', help: 'Earliest instant, such as 2026-11-21T08:00:00Z; excludes --delay' },
    priority: { value: 'N', help: 'Smaller runs first (default 0)' },
    'max-retries': { value: 'N', help: 'Runs after the first (default: the task’s)' },
    timeout: { value: 'DURATION', help: 'Limit of one run, 0s for none (default: the task’s)' },
    deadline: { value: 'INSTANT', help: 'From then on it is discarded instead of run' },
    retention: { value: 'DURATION', help: 'Kept so long once finished, 0s for not at all' },
    'unique-key': { value: 'KEY', help: 'Refused while a job of this task with this key lives' },
    'unique-for': { value: 'DURATION', help: 'Refused for so long; alone, by queue, task and payload' },
    succeeds: { value: 'ID', help: 'Running job that gives its unique key up to this one' },
    key: { value: 'KEY', help: 'Replaces the waiting job of this task with this key' },
    'key-mode': {
      value: 'MODE',
      help: 'What becomes of that one: replace, preserve_run_at, ignore',
      choices: ['replace', 'preserve_run_at', 'ignore'],
    },
    debounce: { value: 'DURATION', help: 'Runs so long after the latest enqueue of its key' },
    'max-wait': { value: 'DURATION', help: 'But no longer than this after the first' },
    sequence: { value: 'NAME', help: 'Runs after earlier jobs of this sequence, one at a time' },
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
    const { enqueueRequested } = await import('../enqueue-requested.ts');
    const added = await enqueueRequested(db, requested);
    const { id, task, queue, maxRetries, runAt } = added;
    const when = runAt.getTime() > Date.now() ? `, ${describeInstant(runAt)}` : '';
    const answer = { id, task, queue, max_retries: maxRetries, run_at: runAt.toISOString() };
    call.output.answer(answer, `Job ${id}: ${task} in queue ${queue}${when}.`);
    return 0;
  },
};

async function readRequest({ args: [task = '', payload], options }: Call): Promise<RequestedJob> {
  const { checkRequest } = await import('../enqueue-requested.ts');
  const given = Object.keys(enqueue.options ?? {}).filter((name) => name !== 'header' && options.isSet(name));
  const fields = given.map((name) => {
    const text = options.text(name) ?? '';
    return [name.replaceAll('-', '_'), NUMBERS.has(name) ? toNumber(text) : text];
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

async function readPayload(given: string): Promise<unknown> {
  const text = given === '-' ? await readStandardInput() : given;
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the payload is not JSON: ${reason}`);
  }
}

/** What is no number is left to the schema, which says what it expects. */
function toNumber(text: string): number | string {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}
