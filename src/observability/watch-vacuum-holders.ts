import type { VacuumHolder } from '../inspect/vacuum-holders.ts';
import type { Logger } from './logger.ts';

const INTERVAL_MS = 60_000;
const PATIENCE_SECONDS = 600;

export interface VacuumWatchOptions {
  readHolders: () => Promise<readonly VacuumHolder[]>;
  log: Logger;
  /** Milliseconds between two looks. @default 60,000 */
  intervalMs?: number;
  /** Seconds a transaction may be open unnoticed. @default 600 */
  patienceSeconds?: number;
}

/**
 * Warns, once a transaction, of those that hold vacuum back for long, with the culprit's name and pid: dead rows that
 * stay make every fetch slower. Looks once a minute until stopped; a look that fails is tried again at the next.
 */
export function watchVacuumHolders(options: VacuumWatchOptions): { stop(): void } {
  const { readHolders, log, intervalMs = INTERVAL_MS, patienceSeconds = PATIENCE_SECONDS } = options;
  let warned = new Set<string>();
  const look = async () => {
    try {
      const late = (await readHolders()).filter(({ ageSeconds }) => (ageSeconds ?? 0) > patienceSeconds);
      for (const holder of late.filter((each) => !warned.has(identify(each)))) warn(holder, log);
      warned = new Set(late.map(identify));
    } catch (err) {
      log.debug({ err }, 'could not look for long transactions');
    }
  };
  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function identify({ kind, name, pid, startedAt }: VacuumHolder): string {
  return [kind, name, pid, startedAt?.getTime()].join(' ');
}

function warn(holder: VacuumHolder, log: Logger): void {
  const { kind, name: application_name, pid, role, state, startedAt, ageSeconds } = holder;
  log.warn(
    { kind, application_name, pid, role, state, started_at: startedAt, age_s: Math.round(ageSeconds ?? 0) },
    'a long transaction holds back vacuum: dead jobs pile up and fetches get slower until it ends',
  );
}
