import { OPTION_ROWS, type OptionName } from './option-table.ts';

/** What the distributor's statement for one job is given. */
export interface PlainValues {
  /** JSON, as it is stored. */
  payload: string;
  priority: number;
  /** Null for the task's. */
  queue: string | null;
  maxRetries: number | null;
  /** Whether its task may be one that nobody announced. */
  allowsUnknown: boolean;
}

/** In the statement's values, after task and payload. */
const FIRST_OPTION = 2;

/** Of these the answer to the statement tells, or the values do. */
const PLAIN: readonly OptionName[] = ['queue', 'maxRetries', 'priority', 'allowUnknown'];

const [QUEUE = 0, RETRIES = 0, PRIORITY = 0, UNKNOWN = 0] = PLAIN.map(placeOf);
const OTHERS = OPTION_ROWS.map(([option]) => option)
  .filter((option) => !PLAIN.includes(option))
  .map(placeOf);

/**
 * What the values of the distributor's statement for one job say of it, where that with the statement's answer is all there is to
 * say: a new job that is available at once. Undefined for one with options that decide when, whether and how else it runs, headers
 * that a trace added among them.
 */
export function readPlain(values: readonly unknown[]): PlainValues | undefined {
  if (OTHERS.some((place) => values[place] !== null)) return undefined;
  return {
    payload: String(values[1]),
    priority: Number(values[PRIORITY] ?? 0),
    queue: values[QUEUE] as string | null,
    maxRetries: values[RETRIES] as number | null,
    allowsUnknown: values[UNKNOWN] === true,
  };
}

function placeOf(option: OptionName): number {
  return FIRST_OPTION + OPTION_ROWS.findIndex(([name]) => name === option);
}
