import type { Context } from 'hono';
import { isNotInstalled, notInstalled } from '../../db/not-installed.ts';
import { HowdahError } from '../../errors.ts';
import type { AppDependencies, AppEnv } from '../app-dependencies.ts';

/**
 * `not_installed` in place of what Postgres says where Howdah is missing or is older, as in a database that a handler was mounted
 * on before anything was migrated; any other error as it is. What is missing is told to those who have a token or a login.
 */
export function nameMissing(
  error: unknown,
  c: Context<AppEnv>,
  { schema }: Pick<AppDependencies, 'schema'>,
): unknown {
  if (error instanceof HowdahError || !isNotInstalled(error, schema)) return error;
  return c.var.caller === undefined
    ? new HowdahError('not_installed', { cause: error })
    : notInstalled(error, { schema });
}
