import { toError } from '../errors/to-error.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { StrayErrorEvent } from '../observability/events.ts';
import type { Logger } from '../observability/logger.ts';
import { currentRun } from '../work/run/current-run.ts';

export interface StrayErrorOptions {
  service: { stop(): Promise<void> };
  events: EventHub;
  log: Logger;
  /** Most that stopping may take, in milliseconds, before the process exits all the same. */
  stopLimitMs: number;
}

/**
 * Keeps errors that nobody caught from ending the process at once, and lays them to the job that caused them.
 *
 * A rejected promise that was left behind is reported, and the process goes on: nothing was interrupted. After an
 * exception in a timer or an event listener the process cannot be trusted any more (Node: "it is not safe to resume
 * normal operation"), so it stops in order, its jobs finished or given back, and exits with 1 for its supervisor to
 * start it anew. The run that caused it fails with that exception: that costs it an attempt, which bounds how often one
 * job can do this.
 */
export function watchStrayErrors(options: StrayErrorOptions): void {
  let isStopping = false;
  process.on('unhandledRejection', (reason) => report(options.events, 'unhandledRejection', reason));
  process.on('uncaughtException', (thrown) => {
    report(options.events, 'uncaughtException', thrown);
    currentRun()?.abort(thrown);
    if (!isStopping) void stop(options);
    isStopping = true;
  });
}

function report(events: EventHub, origin: StrayErrorEvent['origin'], thrown: unknown): void {
  const run = currentRun();
  const isRunning = run !== undefined && !run.isOver;
  events.emit('job.stray_error', { run: run?.event, isRunning, origin, error: toError(thrown) });
}

async function stop({ service, log, stopLimitMs }: StrayErrorOptions): Promise<void> {
  log.fatal('stopping after an uncaught exception');
  setTimeout(() => process.exit(1), stopLimitMs);
  try {
    await service.stop();
  } catch (err) {
    log.error({ err }, 'stopping failed');
  }
  process.exit(1);
}
