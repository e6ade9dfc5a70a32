import type { Logger } from '../../observability/logger.ts';
import type { Phase, Readiness } from './readiness.ts';

/** Probes ask every few seconds, so they always get an answer of their own. */
const KEPT_MS = 1_000;

export interface SharedReadinessOptions {
  check(): Promise<Readiness>;
  /** What the process itself knows: an answer of another phase is no answer any more. @default none ever */
  phase?: () => Phase | undefined;
  log: Logger;
  /** Milliseconds, never going back. @default since the process began */
  clock?: () => number;
}

interface Asked {
  phase: Phase | undefined;
  /** The same for all who ask while it is made, and for a second after. */
  answer: Promise<Readiness>;
  /** Undefined while it is made. */
  madeAt: number | undefined;
}

/**
 * The check, made once a second at most and once at a time, however many ask: `/readyz` is open to everybody, and must not be
 * a way to keep the database, or the connections to it, busy. Says in the log when it fails and when it is well again, since
 * most of who asks is not told why.
 */
export function sharedReadiness(options: SharedReadinessOptions): () => Promise<Readiness> {
  const { check, phase: phaseNow = () => undefined, clock = () => performance.now() } = options;
  const tell = changesTeller(options.log);
  let asked: Asked | undefined;
  return () => {
    const phase = phaseNow();
    const isOld = asked?.madeAt !== undefined && clock() - asked.madeAt >= KEPT_MS;
    if (asked && asked.phase === phase && !isOld) return asked.answer;
    const asking: Asked = { phase, answer: check(), madeAt: undefined };
    asked = asking;
    asking.answer.then(
      (readiness) => {
        asking.madeAt = clock();
        if (phase === undefined) tell(readiness);
      },
      () => {
        if (asked === asking) asked = undefined;
      },
    );
    return asking.answer;
  };
}

function changesTeller(log: Logger): (readiness: Readiness) => void {
  let wasReady = true;
  return ({ ready, checks }) => {
    if (ready === wasReady) return;
    wasReady = ready;
    if (ready) log.info('ready again');
    else log.warn({ checks: failing(checks) }, 'not ready');
  };
}

function failing(checks: Readiness['checks']): Record<string, string | undefined> {
  const failed = Object.entries(checks).filter(([, { ok }]) => !ok);
  return Object.fromEntries(failed.map(([name, { detail }]) => [name, detail]));
}
