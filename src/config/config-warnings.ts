import type { Config } from '../config.ts';
import { parseDatabaseAddress } from './database/database-address.ts';

const MANY_JOBS = 200;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i;

/** Settings that are legal and yet seldom meant, in words; no secret is in them. */
export function configWarnings(config: Config): string[] {
  const jobs = config.queues.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const isProduction = config.environment === 'production';
  const warnings = [
    jobs > MANY_JOBS &&
      `QUEUES lets one process run ${jobs} jobs at a time; above ${MANY_JOBS}, more processes work better than more jobs in one`,
    config.shutdownTimeoutMs === 0 &&
      'SHUTDOWN_TIMEOUT is 0s: running jobs are broken off at once when the service stops; 8s gives them time to finish',
    !isProduction &&
      !LOOPBACK.test(config.host) &&
      `HOST is ${config.host}, so whoever reaches this machine reaches what is meant for its developer; pages of mail answer callers on it alone, others with ADMIN_TOKEN`,
    isProduction &&
      isUnverified(config.databaseUrl) &&
      'DATABASE_URL has sslmode=require: it encrypts and does not ask who answers; verify-full does (docs/connecting.md)',
  ];
  return warnings.filter((warning) => typeof warning === 'string');
}

function isUnverified(databaseUrl: string | undefined): boolean {
  return databaseUrl !== undefined && parseDatabaseAddress(databaseUrl).tls?.mode === 'require';
}
