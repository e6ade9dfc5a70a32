import { type Config, ConfigError, type ConfigProblem } from '../config.ts';
import type { Role } from './service-options.ts';

/**
 * What a service in one process makes for itself is of no use to a worker beside an API: they would have a database
 * each, and nobody could read the worker's mailbox, since it serves no pages.
 *
 * @throws {ConfigError} naming every setting without which the role cannot do its work
 */
export function checkRole(role: Role, { databaseUrl, smtpUrl, publicUrl }: Config): void {
  if (role !== 'worker') return;
  const problems: ConfigProblem[] = [];
  if (databaseUrl === undefined) {
    problems.push({
      variable: 'DATABASE_URL',
      message: `required by a worker, as it runs the jobs of the API's database; ${ADVICE}`,
    });
  }
  if (smtpUrl === undefined) {
    problems.push({
      variable: 'SMTP_URL',
      message: `required by a worker, as nobody could read a mailbox inside it; ${ADVICE}`,
    });
  }
  if (publicUrl === undefined) {
    problems.push({
      variable: 'PUBLIC_URL',
      message: `required by a worker, as the links in its mails lead to the API; ${ADVICE}`,
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

const ADVICE = 'set it, or use npm start, which is API, worker, database and mailbox in one';
