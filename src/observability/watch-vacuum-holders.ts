import type { VacuumHolder } from '../look/vacuum-holders.ts';
import type { Logger } from './logger.ts';

const INTERVAL_MS = 60_000;
const PATIENCE_SECONDS = 600;
const PATIENCE_TRANSACTIONS = 1_000_000;

const CULPRITS: Record<VacuumHolder['kind'], string> = {
  session: 'a long transaction',
  prepared: 'a prepared transaction that nobody ended',
  slot: 'a replication slot',
  standby: 'a query on a standby',
};
const CONSEQUENCE = 'dead jobs pile up and fetches get slower until it ends';

export interface VacuumWatchOptions {
  readHolders: () => Promise<readonly VacuumHolder[]>;
  log: Logger;
  /** Milliseconds between two looks. @default 60,000 */
  intervalMs?: number;
  /** Seconds a transaction may be open unnoticed. @default 600 */
  patienceSeconds?: number;
  /** Transactions that a slot or a standby, which tells no time, may lag behind unnoticed. @default 1,000,000 */
  patienceTransactions?: number;
}

/**
 * Warns, once a holder, of what holds vacuum back for long, with the culprit's name and pid: dead rows that stay make
 * every fetch slower. Looks once a minute until stopped; a look that fails is tried again at the next.
 */
export function watchVacuumHolders(options: VacuumWatchOptions): { stop(): void } {
  const { readHolders, log, intervalMs = INTERVAL_MS } = options;
  let warned = new Set<string>();
  const look = async () => {
    try {
      const late = (await readHolders()).filter((holder) => isLate(holder, options));
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

function isLate(
  { ageSeconds, ageTransactions }: VacuumHolder,
  { patienceSeconds = PATIENCE_SECONDS, patienceTransactions = PATIENCE_TRANSACTIONS }: VacuumWatchOptions,
): boolean {
  return ageSeconds === null ? ageTransactions > patienceTransactions : ageSeconds > patienceSeconds;
}

function identify({ kind, name, pid, startedAt }: VacuumHolder): string {
  return [kind, name, pid, startedAt?.getTime()].join(' ');
}

function warn(holder: VacuumHolder, log: Logger): void {
  const { kind, name, pid, role, state, startedAt, ageSeconds, ageTransactions } = holder;
  const age = ageSeconds === null ? {} : { started_at: startedAt, age_s: Math.round(ageSeconds) };
  const fields = { kind, ...called(kind, name), pid, role, state, ...age, age_transactions: ageTransactions };
  log.warn(fields, `${CULPRITS[kind]} holds back vacuum: ${CONSEQUENCE}`);
}

function called(kind: VacuumHolder['kind'], name: string) {
  if (kind === 'slot') return { slot_name: name };
  return kind === 'prepared' ? { gid: name } : { application_name: name };
}
