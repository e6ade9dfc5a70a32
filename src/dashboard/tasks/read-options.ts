import { OPTION_TABLE } from '../../enqueue/option-table.ts';
import { HowdahError } from '../../errors.ts';
import { newJob, type RequestedJob } from '../../wire/schemas/new-job.ts';
import { type Refused, wrongField, wrongFields } from '../shell/page-error.ts';
import type { Form } from '../shell/take-command.ts';

type Option = 'queue' | 'delay' | 'key';

/** By option its field: a form has a `key` of its own, which keeps it from being done twice. */
const FIELDS: readonly (readonly [Option, string])[] = [
  ['queue', 'queue'],
  ['delay', 'delay'],
  ['key', 'unique'],
];

const MOST = { queue: OPTION_TABLE.queue.max, key: OPTION_TABLE.key.max };
const LONGEST = `${OPTION_TABLE.delayMs.maxMs / 86_400_000}d`;

/**
 * The options of a form that enqueues.
 *
 * @throws {HowdahError} `invalid_request` for those that are none
 */
export function readOptions(form: Form): Pick<RequestedJob, Option> {
  const given = FIELDS.flatMap(([option, field]) => {
    const text = form.optional(field);
    return text === undefined ? [] : [{ option, field, text, parsed: newJob.shape[option].safeParse(text) }];
  });
  const wrong = given.filter(({ parsed }) => !parsed.success);
  if (wrong.length > 0)
    throw wrongFields(
      wrong.map(({ option, field, text }) => ({ field, expected: wanted(option), received: text })),
    );
  return Object.fromEntries(given.map(({ option, parsed }) => [option, parsed.data]));
}

function wanted(option: Option): Refused['expected'] {
  return (texts) => (option === 'delay' ? texts.duration(LONGEST) : texts.characters(`${MOST[option]}`));
}

/** A queue that there is not is a wrong field, which leaves the others as they were filled in. */
export function sayUnknownQueue(error: unknown, form: Form): unknown {
  if (!(error instanceof HowdahError) || error.code !== 'unknown_queue') return error;
  const name = JSON.stringify(form.optional('queue') ?? '');
  return wrongField('queue', { expected: (texts) => texts.unknownQueue(name, error.message), cause: error });
}
