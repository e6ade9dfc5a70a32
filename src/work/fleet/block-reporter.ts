import { writeSync } from 'node:fs';
import type { LoopBlock } from '../../observability/events.ts';
import { logLine } from '../../observability/log-line.ts';
import { endOfPatience } from './block-limit.ts';
import { monotonicMs, type RunOnBoard } from './runs-board.ts';

/** A block is worth a line of its own before it ends when it is this long: no other line of the process gets out. */
const LONG_MS = 5_000;

/** In a thread, process.stderr writes through the event loop of the process. */
const STANDARD_ERROR = 2;

export interface BlockReporterOptions {
  /** The runs under way in the process. */
  runs: () => RunOnBoard[];
  /** Level of the process's log. */
  logLevel: string;
  /** The block is over. */
  onOver: (block: LoopBlock) => void;
}

/**
 * What a blocked event loop cannot say and do by itself. What has to be said while it lasts is written straight to
 * standard error, for the process's own log is written by its event loop. A loop that is blocked for good is ended with
 * the process, by SIGKILL: nothing gentler reaches it. Others then take it for dead, and its runs are charged.
 */
export class BlockReporter {
  readonly #options: BlockReporterOptions;
  #runs: readonly RunOnBoard[] = [];
  #isTold = false;

  constructor(options: BlockReporterOptions) {
    this.#options = options;
  }

  /** At every look while the block lasts. */
  onBlocked(sinceMs: number): void {
    this.#runs = this.#options.runs();
    const now = monotonicMs();
    if (now >= endOfPatience(this.#runs, sinceMs)) this.#endProcess(now - sinceMs);
    else if (!this.#isTold && now - sinceMs >= LONG_MS) this.#tell(now - sinceMs);
  }

  onFree(sinceMs: number, untilMs: number): void {
    this.#isTold = false;
    this.#options.onOver({ durationMs: untilMs - sinceMs, jobs: describe(this.#runs, sinceMs) });
  }

  #tell(blockedMs: number): void {
    this.#isTold = true;
    this.#write('warn', blockedMs, 'the event loop is blocked: a handler does CPU-bound work');
  }

  #endProcess(blockedMs: number): void {
    const message = 'the event loop is blocked for good: killing this process, its jobs go to others';
    this.#write('fatal', blockedMs, message);
    process.kill(process.pid, 'SIGKILL');
    leaveTheFleet();
  }

  #write(level: 'warn' | 'fatal', blockedMs: number, message: string): void {
    const jobs = describe(this.#runs, monotonicMs()).map(({ jobId, task }) => ({
      job_id: jobId,
      type: task,
    }));
    const fields = { blocked_ms: Math.round(blockedMs), jobs };
    const line = logLine(level, { message, fields, least: this.#options.logLevel });
    if (line !== undefined) writeSync(STANDARD_ERROR, line);
  }
}

/**
 * The kernel keeps process 1 of a container from killing itself. Such a process stays, for whoever watches its health to
 * end; but nobody vouches for it any more: with this thread its heartbeat and its session end, so its jobs go to others.
 */
function leaveTheFleet(): never {
  process.exit();
}

function describe(runs: readonly RunOnBoard[], at: number): LoopBlock['jobs'] {
  return runs.map(({ jobId, task, begunAt }) => ({ jobId, task, runningMs: at - begunAt }));
}
