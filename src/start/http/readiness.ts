import { setTimeout as delay } from 'node:timers/promises';
import { hasDiskSpace } from '../../db/connections/disk-space.ts';
import { type Limits, requestLimits } from '../../db/limits.ts';
import type { ApplicationMigrations } from '../../db/migration/migrate.ts';
import { lackOfMigrations } from '../../db/migration/schema-version.ts';
import { isReadOnly } from '../../db/read-only.ts';
import type { SqlClient } from '../../db/sql-client.ts';
import { describeError } from '../../errors/describe-error.ts';
import { findStuckQueues } from '../../look/stuck-queues.ts';
import { readInstallationProblem } from '../../operate/installation.ts';
import type { GateState } from '../../work/fleet/gate-states.ts';
import type { TaskProcessor } from '../../work/processor.ts';

export interface Check {
  ok: boolean;
  /** What is wrong, in words. */
  detail?: string;
}

export interface Readiness {
  ready: boolean;
  checks: Record<string, Check>;
}

/** A worker that runs nothing takes what is there within milliseconds, or at its next poll half a second later. */
const STUCK_AFTER_SECONDS = 60;

/** A probe waits for a second by default, in Kubernetes: a later answer would not be heard. */
const ANSWER_WITHIN_MS = 900;

/** A check is over when its answer is of no use any more. */
export const READINESS_LIMITS: Limits = { ...requestLimits(ANSWER_WITHIN_MS), answerMs: ANSWER_WITHIN_MS };

/** Why a process takes no jobs although nothing is wrong: not yet, since SIGTSTP, since SIGTERM. */
export type Phase = 'starting' | 'quiet' | 'stopping';

const PHASES: Readonly<Record<Phase, string>> = {
  starting: 'starting: runners come up in a moment',
  quiet: 'quiet: running jobs end, no more are taken',
  stopping: 'stopping: the process is about to end',
};

export interface ReadinessParts {
  /** One with `READINESS_LIMITS`, so that unanswered checks do not pile up. */
  client: SqlClient;
  /** Told that the server takes no changes, so that another may be the one to talk to. */
  onReadOnly?: () => void;
  /** Whose migrations the database has to have beside Howdah's. @default nobody's */
  applications?: readonly ApplicationMigrations[];
  /** Names of the tasks that this process runs. */
  tasks: readonly string[];
  /** None in a process that runs no jobs. */
  processor: TaskProcessor | undefined;
  /** None while it works as it should. */
  phase: Phase | undefined;
}

/**
 * Whether the service can do its work now, with what is wrong where it cannot. Never throws, and answers within a second
 * whatever the database does.
 */
export async function checkReadiness(parts: ReadinessParts): Promise<Readiness> {
  const { client, processor, phase } = parts;
  const late = delay(ANSWER_WITHIN_MS, undefined, { ref: false }).then(sayLate);
  const checks: Record<string, Check> = { database: await checkDatabase(parts, late) };
  if (processor) checks['runners'] = phase ? atRest(phase) : await checkRunners(client, processor, late);
  else if (phase) checks['process'] = atRest(phase);
  if (processor) checks['ends'] = checkEnds(processor);
  const gates = processor?.gates() ?? [];
  if (gates.length > 0) checks['brokers'] = describeGates(gates);
  if (processor && checks['database']?.ok) checks['queues'] = await checkQueues(parts, processor, late);
  return { ready: Object.values(checks).every(({ ok }) => ok), checks };
}

function sayLate(): string {
  return `no answer from the database within ${ANSWER_WITHIN_MS} ms`;
}

function checkDatabase(
  { client, applications, onReadOnly }: ReadinessParts,
  late: Promise<string>,
): Promise<Check> {
  return told(late, async () => {
    const lack = await lackOfMigrations(client, applications);
    if (lack !== undefined) return lack;
    if (await isReadOnly(client)) {
      onReadOnly?.();
      return 'the database takes no changes: it is a standby, or was made read-only';
    }
    return (await hasDiskSpace(client)) ? undefined : "the disk of the database's server is full";
  });
}

function atRest(phase: Phase): Check {
  return { ok: false, detail: PHASES[phase] };
}

function checkRunners(client: SqlClient, processor: TaskProcessor, late: Promise<string>): Promise<Check> {
  const idle = processor.idleQueues();
  if (idle.length === 0) return Promise.resolve(describeLate(processor));
  return told(late, async () => {
    const problem = await readInstallationProblem(client).catch(() => null);
    return problem ?? `no runner for ${idle.join(', ')}`;
  });
}

/** Well all the same: the others are served, and no other process could make the new queue either. */
function describeLate(processor: TaskProcessor): Check {
  const details = processor
    .lateQueues()
    .map(({ queue, because }) => `${queue} is not served yet: ${because}`);
  return details.length === 0 ? { ok: true } : { ok: true, detail: details.join('; ') };
}

/** Not well while runs wait for others' ends to be written; a few ends that alone fail keep nothing from running. */
function checkEnds(processor: TaskProcessor): Check {
  const troubled = processor.troubledQueues();
  if (troubled.length === 0) return { ok: true };
  const detail = troubled
    .map(
      ({ queue, unrecordedCount, error }) =>
        `${queue}: ${unrecordedCount} ends of runs cannot be written: ${describeError(error).message}`,
    )
    .join('; ');
  return { ok: !troubled.some(({ isOpen }) => isOpen), detail };
}

/** Well all the same: the worker does all it can, and jobs wait at no cost. */
function describeGates(gates: readonly GateState[]): Check {
  const details = gates
    .filter(({ because }) => because !== null)
    .map(({ name, because, shutMs, tasks }) => {
      const seconds = Math.round((shutMs ?? 0) / 1000);
      return `${name} has taken no messages for ${seconds} s (${because}); jobs wait of ${tasks.join(', ')}`;
    });
  return details.length === 0 ? { ok: true } : { ok: true, detail: details.join('; ') };
}

function checkQueues(
  { client, tasks }: ReadinessParts,
  processor: TaskProcessor,
  late: Promise<string>,
): Promise<Check> {
  return told(late, async () => {
    const queues = processor.restingQueues();
    const shut = new Set(processor.gates().flatMap((gate) => gate.tasks));
    const stuck = await findStuckQueues(client, {
      queues,
      tasks: tasks.filter((task) => !shut.has(task)),
      waitSeconds: STUCK_AFTER_SECONDS,
    });
    if (stuck.length === 0) return undefined;
    return `jobs wait for more than ${STUCK_AFTER_SECONDS} s in ${stuck.join(', ')}, and none of them is taken`;
  });
}

/**
 * @param late resolves with what is wrong when there was no answer in time
 * @param look resolves with what is wrong
 */
async function told(late: Promise<string>, look: () => Promise<string | undefined>): Promise<Check> {
  try {
    const detail = await Promise.race([look(), late]);
    return detail === undefined ? { ok: true } : { ok: false, detail };
  } catch (error) {
    return { ok: false, detail: describeError(error).message };
  }
}
