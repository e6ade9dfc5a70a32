import type { HowdahEvents } from '../../observability/events.ts';
import type { PackedError } from '../process/packed-error.ts';
import type { GateState } from './gate-states.ts';
import type { BeatAnswer, Registry } from './registry.ts';
import type { SharedBoard } from './runs-board.ts';

/** What a runner's process tells of it; the thread adds what it sees by itself. */
export interface RunnerState {
  readonly token: string;
  /** Most runs it may have at once until it has applied the answer to this; null for its concurrency. */
  readonly maxRunning: number | null;
  /** It takes no more jobs and only lets its runs end. */
  readonly isLeaving: boolean;
  /** Ids of jobs whose run is over, and whose end could not be written yet. */
  readonly unrecorded: readonly string[];
  /** Why; null when all are written. */
  readonly trouble: string | null;
  /** No run begins before they are. */
  readonly isStalled: boolean;
  /** Jobs whose handlers are still at work here though their signal has fired. */
  readonly abandoned: readonly string[];
  /** What runs of its tasks need, and whether that is there. */
  readonly gates: readonly GateState[];
}

/** Done by the thread for the process, each with an answer. */
export interface MemberCalls
  extends Pick<
    Registry,
    'register' | 'configureFleet' | 'namePool' | 'end' | 'releaseLeftovers' | 'recordStart' | 'clearStart'
  > {
  /** The session that shows this process to be alive is there. */
  open(): Promise<void>;
  /** Shows a runner to be alive, and its runs, from before it is registered. */
  hold(token: string, board: SharedBoard): Promise<void>;
  drop(token: string): Promise<void>;
  /** Beats from now on. */
  start(): Promise<void>;
  /** The last call: nothing of the thread's is open or under way afterwards, and it ends. */
  stop(): Promise<void>;
}

export interface MemberThreadData {
  readonly connectionString: string;
  readonly kind: 'howdah' | 'graphile-worker';
  /** Grows while the process's event loop turns. */
  readonly ticks: Int32Array<SharedArrayBuffer>;
  /** Level of the process's log. */
  readonly logLevel: string;
}

export type ToThread =
  | { kind: 'call'; id: number; name: keyof MemberCalls; args: unknown[] }
  /** Answers `ask`. */
  | { kind: 'state'; ask: number; runners: RunnerState[] }
  | { kind: 'beat' }
  /** Whether the process hears operators by itself. */
  | { kind: 'hearing'; isHearing: boolean };

export type FromThread =
  | { kind: 'returned'; id: number; value: unknown }
  | { kind: 'failed'; id: number; error: PackedError }
  /** How are the runners? To be answered at once, with every message before it applied. */
  | { kind: 'ask'; ask: number }
  /**
   * What the database answered to a beat of these runners; those it did not answer for were retired. And what the way there and
   * back takes, where that is known.
   */
  | { kind: 'answers'; tokens: string[]; answers: readonly BeatAnswer[]; roundTripMs: number | undefined }
  | { kind: 'cut_off' }
  | { kind: 'rescued'; rescue: HowdahEvents['runner.rescued'][0] }
  | { kind: 'blocked'; block: HowdahEvents['loop.blocked'][0] }
  | { kind: 'warning'; fields: Record<string, unknown>; error?: PackedError; message: string };
