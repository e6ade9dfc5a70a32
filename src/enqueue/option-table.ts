import { MAX_DURATION_MS } from '../tasks/check-delay.ts';
import type { EnqueueOptions, KeyMode } from './enqueue-options.ts';

const KEY_MODES = ['replace', 'preserve_run_at', 'ignore'] as const satisfies readonly KeyMode[];

export type OptionName = keyof EnqueueOptions;

/** What a value must be by itself. Lengths are in characters, of which an emoji is one. */
export type OptionKind =
  | { kind: 'duration'; minMs: number; maxMs: number; zero?: string; atLeast?: OptionName; example: string }
  | { kind: 'instant' }
  | { kind: 'integer'; min: number; max: number }
  | { kind: 'text'; max: number }
  /** Of something that the database knows and looks up. */
  | { kind: 'name'; max: number }
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'job' }
  | { kind: 'flag' }
  | { kind: 'headers' };

/** One option of an enqueue: all that the check, the schema of a request, the command line and the SQL call make of it. */
export type OptionRow = OptionKind & {
  /** Its name in SQL and in a request; with dashes on the command line. */
  name: string;
  /** What it is, in half a sentence for the help and the API's description. */
  about: string;
  sqlType: 'text' | 'timestamptz' | 'interval' | 'integer' | 'bigint' | 'jsonb' | 'boolean';
  /** Options that it may not be given beside. */
  excludes?: readonly OptionName[];
  /** Options of which at least one must be given beside it. */
  needs?: readonly OptionName[];
  /** The only value that it may have beside another option. */
  onlyBeside?: { option: OptionName; value: string };
};

const duration = { kind: 'duration', sqlType: 'interval', minMs: 0, maxMs: MAX_DURATION_MS } as const;
const instant = { kind: 'instant', sqlType: 'timestamptz' } as const;
const integer = { kind: 'integer', sqlType: 'integer' } as const;
const text = { kind: 'text', sqlType: 'text' } as const;

/**
 * Every option of an enqueue. {@link EnqueueOptions} tells programmers what each does, docs/sql.md those who write SQL; a
 * test compares that page and the arguments of the SQL functions with this table.
 */
export const OPTION_TABLE = {
  queue: {
    name: 'queue',
    kind: 'name',
    sqlType: 'text',
    max: 63,
    about: 'Where it runs (default: the task’s queue)',
  },
  delayMs: {
    name: 'delay',
    ...duration,
    example: '10s',
    excludes: ['debounceMs'],
    about: 'Wait so long before it may run: 500ms, 8s, 15m, 2h, 7d',
  },
  runAt: {
    name: 'run_at',
    ...instant,
    excludes: ['delayMs', 'debounceMs'],
    about: 'Earliest instant, such as 2026-11-21T08:00:00Z',
  },
  maxRetries: {
    name: 'max_retries',
    ...integer,
    min: 0,
    max: 32_766,
    about: 'Runs after the first (default: the task’s)',
  },
  priority: {
    name: 'priority',
    ...integer,
    min: -32_768,
    max: 32_767,
    about: 'Smaller runs first (default 0)',
  },
  timeoutMs: {
    name: 'timeout',
    ...duration,
    maxMs: 2_147_483_647,
    zero: 'none',
    example: '30s',
    about: 'Limit of one run, 0s for none (default: the task’s)',
  },
  deadline: {
    name: 'deadline',
    ...instant,
    about: 'From then on it is discarded instead of run',
  },
  retentionMs: {
    name: 'retention',
    ...duration,
    zero: 'not kept',
    example: '7d',
    about: 'Kept so long once finished, 0s for not at all',
  },
  key: {
    // The engine's 512, but for the longest name of a task and what marks it.
    name: 'key',
    ...text,
    max: 376,
    about: 'Replaces the waiting job of this task with this key',
  },
  keyMode: {
    name: 'key_mode',
    kind: 'choice',
    sqlType: 'text',
    choices: KEY_MODES,
    needs: ['key'],
    onlyBeside: { option: 'debounceMs', value: 'replace' },
    about: 'What becomes of that one: replace, preserve_run_at, ignore',
  },
  uniqueKey: {
    name: 'unique_key',
    ...text,
    max: 1_024,
    excludes: ['key'],
    about: 'Refused while a job of this task with this key lives',
  },
  uniqueForMs: {
    name: 'unique_for',
    ...duration,
    minMs: 1,
    example: '1h',
    excludes: ['key'],
    about: 'Refused for so long; alone, by queue, task and payload',
  },
  succeeds: {
    name: 'succeeds',
    kind: 'job',
    sqlType: 'bigint',
    needs: ['uniqueKey', 'uniqueForMs'],
    about: 'Running job that gives its unique key up to this one',
  },
  debounceMs: {
    name: 'debounce',
    ...duration,
    minMs: 1,
    example: '5s',
    needs: ['key'],
    about: 'Runs so long after the latest enqueue of its key',
  },
  maxWaitMs: {
    name: 'max_wait',
    ...duration,
    atLeast: 'debounceMs',
    example: '1m',
    needs: ['debounceMs'],
    about: 'But no longer than this after the first',
  },
  sequence: {
    name: 'sequence',
    ...text,
    max: 200,
    about: 'Runs after earlier jobs of this sequence, one at a time',
  },
  headers: {
    name: 'headers',
    kind: 'headers',
    sqlType: 'jsonb',
    about: 'Handed to the handler; traceparent links its trace',
  },
  allowUnknown: {
    name: 'allow_unknown',
    kind: 'flag',
    sqlType: 'boolean',
    about: 'Keep it as it is given, though no process has announced the task',
  },
} as const satisfies Readonly<Record<OptionName, OptionRow>>;

/** The same, one after the other. */
export const OPTION_ROWS = Object.entries(OPTION_TABLE) as readonly (readonly [OptionName, OptionRow])[];
