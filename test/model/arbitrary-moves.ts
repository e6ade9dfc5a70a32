import fc from 'fast-check';
import { OTHER_TASK, TASK } from './engine-statements.ts';
import type { Move } from './moves.ts';
import type { Failure, NewJob } from './queue-model.ts';
import { WORDS } from './world.ts';

const HOUR_MS = 3_600_000;

const queue = fc.constantFrom('default', 'default', 'default', 'critical' as const);
const by = fc.constantFrom('A', 'B', 'C' as const);
const pick = fc.nat(23);
const mask = fc.nat(255);
const reason = fc.constantFrom(null, 'not wanted');

const basics = {
  queue,
  maxRetries: fc.constantFrom(0, 1, 2, 25),
  priority: fc.constantFrom(0, 0, 0, -1, 1),
};
const REQUIRED = ['queue', 'maxRetries', 'priority'] as const;
const delays = { delayMs: fc.constantFrom(0, HOUR_MS) };
const retention = { retentionMs: fc.constantFrom(0, HOUR_MS) };

/** Few names, so that jobs meet. */
const sequence = fc.constantFrom('s1', 's2');
const uniqueKey = fc.constantFrom('u1', 'u2');
const key = fc.constantFrom('k1', 'k2');
const keyMode = fc.constantFrom('replace', 'preserve_run_at', 'ignore' as const);

const plainJob = fc.record({ ...basics, ...delays, ...retention }, { requiredKeys: [...REQUIRED] });
const sequenceJob = fc.record(
  { ...basics, ...delays, ...retention, sequence, uniqueKey },
  { requiredKeys: [...REQUIRED, 'sequence'] },
);
const uniqueJob = fc.record(
  { ...basics, ...delays, ...retention, uniqueKey, uniqueForMs: fc.constant(HOUR_MS) },
  { requiredKeys: [...REQUIRED, 'uniqueKey'] },
);
const task = fc.constantFrom(TASK, TASK, OTHER_TASK);
const keyJob = fc.record(
  { ...basics, ...delays, ...retention, task, key, keyMode, sequence },
  { requiredKeys: [...REQUIRED, 'task', 'key'] },
);
const debouncedJob = fc.record(
  {
    ...basics,
    ...retention,
    task,
    key,
    sequence,
    debounceMs: fc.constantFrom(1, HOUR_MS),
    maxWaitMs: fc.constant(HOUR_MS),
  },
  { requiredKeys: [...REQUIRED, 'task', 'key', 'debounceMs'] },
);

const newJob: fc.Arbitrary<NewJob> = fc.oneof(
  { weight: 2, arbitrary: plainJob },
  { weight: 3, arbitrary: sequenceJob },
  { weight: 1, arbitrary: uniqueJob },
  { weight: 3, arbitrary: keyJob },
  { weight: 2, arbitrary: debouncedJob },
);

const failure: fc.Arbitrary<Failure> = fc.record({
  kind: fc.constantFrom(
    'retry',
    'retry',
    'discard',
    'cancel',
    'cancelled',
    'snooze',
    'return',
    'done',
    'plain' as const,
  ),
  delayMs: fc.constantFrom(0, 0, HOUR_MS),
  message: fc.constantFrom('no luck', 'boom'),
});
const word = fc.constantFrom(...WORDS, 'fail' as const, 'fail' as const);

type MoveArbitraries = { readonly [Kind in Move['do']]: fc.Arbitrary<Extract<Move, { do: Kind }>> };

const MOVES: MoveArbitraries = {
  enqueue: fc.record({ do: is('enqueue'), job: newJob, isRolledBack: fc.nat(9).map((n) => n === 0) }),
  succeed: fc.record({
    do: is('succeed'),
    by,
    pick,
    job: uniqueJob,
    isRolledBack: fc.nat(9).map((n) => n === 0),
  }),
  fetch: fc.record({ do: is('fetch'), by, batchSize: fc.constantFrom(1, 1, 2, 5) }),
  end: fc.record({ do: is('end'), by, picks: fc.array(pick, { minLength: 1, maxLength: 3 }), word, failure }),
  endStale: fc.record({ do: is('endStale'), by, pick, word, failure }),
  speakAsGhost: fc.record({ do: is('speakAsGhost'), pick, word, failure }),
  recordStart: fc.record({ do: is('recordStart'), by, pick }),
  beat: fc.record({ do: is('beat'), by, mask }),
  retire: fc.record({
    do: is('retire'),
    by,
    because: fc.constantFrom('its process is gone', 'its process is gone', 'stopped'),
  }),
  release: fc.record({ do: is('release'), by }),
  releaseLeftovers: fc.record({ do: is('releaseLeftovers'), by, mask }),
  unlockByHand: fc.record({ do: is('unlockByHand'), by }),
  cancel: fc.record({ do: is('cancel'), pick, reason }),
  cancelAll: fc.record({ do: is('cancelAll'), queue, reason }),
  discard: fc.record({ do: is('discard'), pick, reason }),
  retry: fc.record({ do: is('retry'), pick }),
  runNow: fc.record({ do: is('runNow'), pick }),
  reschedule: fc.record({ do: is('reschedule'), pick, delayMs: fc.constantFrom(0, HOUR_MS) }),
  pause: fc.record({ do: is('pause'), queue }),
  resume: fc.record({ do: is('resume'), queue }),
  timePasses: fc.record({ do: is('timePasses'), pick }),
  uniqueTimeIsUp: fc.record({ do: is('uniqueTimeIsUp'), pick }),
};

/** How often each kind of move is drawn, in proportion to the others; never if it is left out. */
export type Weights = Partial<Record<Move['do'], number>>;

export function arbitraryMove(weights: Weights): fc.Arbitrary<Move> {
  const kinds = Object.keys(weights) as Move['do'][];
  return fc.oneof(
    ...kinds.map((kind) => ({ weight: weights[kind] ?? 0, arbitrary: MOVES[kind] as fc.Arbitrary<Move> })),
  );
}

function is<Kind extends Move['do']>(kind: Kind): fc.Arbitrary<Kind> {
  return fc.constant(kind);
}
