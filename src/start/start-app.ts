import type { AnyApp } from '../app/define-app.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import type { Service } from './service.ts';

export interface StartOptions {
  app: AnyApp;
  /** Where the settings stand. @default process.env */
  env?: Readonly<Record<string, string | undefined>>;
  /** Where what happens to jobs is told. @default nowhere */
  events?: EventHub;
  /** @default standard output, as LOG_LEVEL says */
  log?: Logger;
}

/**
 * API and workers in this process, with the embedded Postgres where DATABASE_URL names none: what `npx howdah start` runs,
 * without its signal handlers. Loaded when this is called, so that a program that does not call it does without.
 *
 * @throws {TypeError} for options that there are not, or that are of another type
 * @throws {ConfigError} with every mistake in the settings
 * @throws {StartupError} for what somebody must change first
 */
export async function startApp(options: StartOptions): Promise<Service> {
  const { startByProgram } = await import('./start-by-program.ts');
  return startByProgram(options);
}

/**
 * What `npx howdah start|api|worker|migrate` does: `all` is start. What somebody must change first is told on standard error,
 * without a stack, and sets the exit code 1.
 */
export async function runApp(command: string, app: AnyApp): Promise<void> {
  const { runCommand } = await import('./run-command.ts');
  return runCommand(command, app);
}
