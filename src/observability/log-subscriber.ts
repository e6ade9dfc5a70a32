import { describeError } from '../errors/describe-error.ts';
import type { EventHub } from './event-hub.ts';
import type { FailedRunEvent, GateEvent, RunEvent } from './events.ts';
import type { Logger } from './logger.ts';

/** Writes the service's events as log lines; the only place that words them. */
export function subscribeLogger(events: EventHub, log: Logger): void {
  events.on('job.enqueued', ({ jobId, task, queue, maxRetries, runAt }) => {
    log.info({ type: task, queue, max_retries: maxRetries, job_id: jobId, run_at: runAt }, 'task enqueued');
  });
  events.on('job.started', (event) => {
    log.debug({ ...runFields(event), wait_ms: round(event.waitMs) }, 'task started');
  });
  events.on('job.completed', (event) => {
    log.info({ ...runFields(event), duration_ms: round(event.durationMs) }, 'task completed');
  });
  events.on('job.unrecorded', ({ error, ...event }) => {
    const fields = { ...runFields(event), duration_ms: round(event.durationMs) };
    if (error) log.warn({ ...fields, error: describe(error) }, 'task failed, but that is not recorded');
    else log.warn(fields, 'task done, but its job is not completed');
  });
  events.on('job.result_reduced', (event) => {
    log.warn({ ...runFields(event), result_note: event.note }, 'result kept in part');
  });
  events.on('job.failed', (event) => logFailure(log, event));
  events.on('job.abandoned', (event) => {
    const fields = { ...runFields(event), after_ms: round(event.afterMs) };
    log.warn(fields, 'handler ignores its signal and is left behind');
  });
  events.on('job.abandoned_ended', (event) => {
    log.info({ ...runFields(event), late_ms: round(event.lateMs) }, 'handler that was left behind has ended');
  });
  events.on('job.stray_error', ({ run, isRunning, origin, error }) => {
    const fields = run ? { ...runFields(run), is_running: isRunning } : {};
    log.error({ ...fields, origin, err: error }, 'an error was left uncaught');
  });
  events.on('runner.started', ({ queue, concurrency }) => log.info({ queue, concurrency }, 'runner started'));
  events.on('runner.stopped', ({ queue, error }) => {
    if (error) log.error({ queue, err: error }, 'runner was replaced');
    else log.info({ queue }, 'runner stopped');
  });
  events.on('runner.rescued', ({ token, queue, because, jobs }) => {
    log.warn({ runner: token, queue, because, jobs }, 'jobs of a lost runner given back');
  });
  events.on('loop.blocked', ({ durationMs, jobs }) => {
    const fields = jobs.map(({ jobId, task, runningMs }) => ({
      job_id: jobId,
      type: task,
      running_ms: round(runningMs),
    }));
    log.warn({ duration_ms: round(durationMs), jobs: fields }, 'the event loop was blocked');
  });
  logTroubledEnds(events, log);
  logGates(events, log);
}

/** A line when the ends of a queue's runs begin to be refused, and one when all are written. */
function logTroubledEnds(events: EventHub, log: Logger): void {
  const troubled = new Set<string>();
  events.on('queue.ends', ({ queue, error, unrecordedCount }) => {
    if (error && !troubled.has(queue)) {
      troubled.add(queue);
      log.error(
        { queue, unrecorded: unrecordedCount, err: error },
        'ends of runs cannot be written, trying again',
      );
    } else if (!error && troubled.delete(queue)) {
      log.info({ queue }, 'all ends of runs are written');
    }
  });
}

/** What is away for less is not told of: at a start everything is, for some milliseconds. */
const AWAY_MS = 1_000;

/** A line when runs begin to wait for something that is away, and one when it is back; not one for each reason or job. */
function logGates(events: EventHub, log: Logger): void {
  const away = new Map<string, { event: GateEvent; timer: NodeJS.Timeout; isTold: boolean }>();
  events.on('gate.changed', (event) => {
    const { name, because } = event;
    const known = away.get(name);
    if (because === undefined) {
      away.delete(name);
      clearTimeout(known?.timer);
      if (known?.isTold) log.info({ broker: name }, 'what runs waited for is back');
    } else if (known) known.event = event;
    else away.set(name, { event, isTold: false, timer: setTimeout(() => tell(name), AWAY_MS).unref() });
  });
  const tell = (name: string) => {
    const known = away.get(name);
    if (!known) return;
    known.isTold = true;
    const { because, tasks } = known.event;
    log.warn(
      { broker: name, because, tasks },
      'runs wait: what they need is away, and they go on when it is back',
    );
  };
}

function logFailure(log: Logger, event: FailedRunEvent): void {
  const { decision, delayMs, durationMs } = event;
  const fields = {
    ...runFields(event),
    duration_ms: round(durationMs),
    decision,
    ...(delayMs === undefined ? {} : { delay_ms: round(delayMs) }),
    error: describe(event.error),
  };
  if (decision === 'discard') log.error(fields, 'task discarded');
  else if (decision === 'retry') log.warn(fields, 'task failed');
  else if (decision === 'misfit') log.warn(fields, 'task waits for a worker of another version');
  else log.info(fields, `task ${{ cancel: 'cancelled', snooze: 'snoozed', return: 'returned' }[decision]}`);
}

function describe(error: Error) {
  const { name, message } = describeError(error);
  return { name, message };
}

function runFields({ task, jobId, queue, attempt, maxAttempts, worker }: RunEvent) {
  const fields = { type: task, job_id: jobId, queue, attempt, max_attempts: maxAttempts };
  return worker === undefined ? fields : { ...fields, worker };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
