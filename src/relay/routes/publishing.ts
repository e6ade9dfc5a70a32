import { stringifyExactly } from '../../db/exact-json.ts';
import type { BoundTask, Handler } from '../../tasks/bind.ts';
import type { RunGate } from '../../tasks/run-gate.ts';
import type { RunningJob } from '../../tasks/task-context.ts';
import type { Outlet } from '../broker.ts';
import type { Message } from '../message.ts';
import { cloudEventHeaders } from './cloud-events.ts';

/** Where the messages of a task go. */
export interface Route<Target> {
  readonly outlet: Outlet<Target>;
  readonly target: Target;
  /** @default runs begin at any time */
  readonly gate?: RunGate;
  /** Where that is, for everybody to see. @default nothing is told of it */
  readonly goesTo?: string;
  /** Whether messages are events of CloudEvents, and by which binding. @default they are not */
  readonly eventsTo?: 'rabbitmq' | 'kafka' | 'webhook' | undefined;
  /** Names the database among all that send to the same place. */
  readonly installation: () => Promise<string>;
}

/**
 * The task with a handler that hands its job over, in place of its own: the job is completed when the other side has the message,
 * and where that is becomes its result. How failures are judged is the task's own affair still.
 */
export function publishing<Target>(task: BoundTask<never>, route: Route<Target>): BoundTask<unknown> {
  const { isolate: _, ...policy } = task.policy;
  return {
    definition: task.definition,
    handle: handing(route),
    policy,
    getsPayloadAsGiven: true,
    ...(route.goesTo !== undefined && { goesTo: route.goesTo }),
    ...(route.gate && { gate: route.gate, returnsPlainJson: true }), // a broker's receipt
  };
}

function handing<Target>(route: Route<Target>): Handler<never, unknown> {
  return async (payload: unknown, { job, signal }) => {
    const installation = await route.installation();
    return route.outlet.publish(route.target, toMessage(job, payload, { ...route, installation }), signal);
  };
}

function toMessage(
  job: RunningJob,
  payload: unknown,
  { installation, eventsTo: to }: { installation: string } & Pick<Route<never>, 'eventsTo'>,
): Message {
  const message: Message = {
    id: `${installation}/${job.id}`,
    type: job.task,
    contentType: 'application/json',
    key: job.sequence,
    headers: job.headers,
    body: Buffer.from(encode(payload)),
    createdAt: job.createdAt,
  };
  if (!to) return message;
  return { ...message, headers: { ...job.headers, ...cloudEventHeaders(message, { installation, to }) } };
}

/** `JSON.stringify` refuses a bigint, which is what a whole number is read as that a double does not hold: few payloads have one. */
function encode(payload: unknown): string {
  try {
    return JSON.stringify(payload);
  } catch {
    return stringifyExactly(payload) ?? 'null';
  }
}
