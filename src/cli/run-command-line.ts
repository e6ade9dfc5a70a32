import { readFileSync } from 'node:fs';
import type { ExitCode } from './command.ts';
import type { Stream } from './terminal/output.ts';

export interface StandardStreams {
  stdout: Stream;
  stderr: Stream;
}

/**
 * Does what the command line says, tells what went wrong on standard error, and returns the exit code. Who asks for JSON
 * by --json gets that as JSON too; in a pipe without it, standard error may well be a person's.
 */
export async function runCommandLine(argv: readonly string[], streams: StandardStreams): Promise<ExitCode> {
  try {
    return await dispatch(argv, streams);
  } catch (error) {
    return await tellFailure(error, argv, streams);
  }
}

/** Loaded only when something failed. */
async function tellFailure(
  error: unknown,
  argv: readonly string[],
  { stderr }: StandardStreams,
): Promise<ExitCode> {
  const [{ describeFailure, toProblem }, { printableJson, printableLines }] = await Promise.all([
    import('./describe-failure.ts'),
    import('./terminal/text-width.ts'),
  ]);
  const failure = describeFailure(error);
  if (!failure) throw error;
  stderr.write(
    asksForJson(argv)
      ? `${printableJson(toProblem(failure))}\n`
      : `howdah: ${printableLines(failure.message)}\n`,
  );
  return failure.exitCode;
}

function asksForJson([, ...options]: readonly string[]): boolean {
  return options.includes('--json') && !options.includes('--text');
}

/** Whoever asks for the version waits for nothing else to be loaded. */
async function dispatch([name, ...rest]: readonly string[], streams: StandardStreams): Promise<ExitCode> {
  const { stdout } = streams;
  if (name === '--version' || name === '-V') stdout.write(`${readVersion()}\n`);
  else if (name === undefined || isHelp(name)) stdout.write(await helpOn(rest[0]));
  else return (await import('./run-command.ts')).runCommand(name, rest, streams);
  return 0;
}

function isHelp(name: string): boolean {
  return name === 'help' || name === '--help' || name === '-h';
}

async function helpOn(name: string | undefined): Promise<string> {
  const [{ COMMANDS }, { renderHelp, renderOverview }, { findCommand }] = await Promise.all([
    import('./commands.ts'),
    import('./help.ts'),
    import('./load-command.ts'),
  ]);
  return name === undefined ? renderOverview(COMMANDS) : renderHelp(await findCommand(name));
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
