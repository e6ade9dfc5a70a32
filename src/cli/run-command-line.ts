import { readFileSync } from 'node:fs';
import type { DatabaseHandle } from '../db/database.ts';
import type { Command, ExitCode } from './command.ts';
import { UsageError } from './command-error.ts';
import { COMMANDS } from './commands.ts';
import { describeFailure, toProblem } from './describe-failure.ts';
import { renderHelp, renderOverview } from './help.ts';
import { suggestion } from './nearest.ts';
import type { OptionValues } from './option-values.ts';
import { Output, type Stream } from './output.ts';
import { parseArguments } from './parse-arguments.ts';
import { printableJson, printableLines } from './text-width.ts';

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
    const failure = describeFailure(error);
    if (!failure) throw error;
    streams.stderr.write(
      asksForJson(argv)
        ? `${printableJson(toProblem(failure))}\n`
        : `howdah: ${printableLines(failure.message)}\n`,
    );
    return failure.exitCode;
  }
}

function asksForJson([, ...options]: readonly string[]): boolean {
  return options.includes('--json') && !options.includes('--text');
}

async function dispatch([name, ...rest]: readonly string[], streams: StandardStreams): Promise<ExitCode> {
  const { stdout } = streams;
  if (name === '--version' || name === '-V') stdout.write(`${readVersion()}\n`);
  else if (name === undefined || isHelp(name)) stdout.write(helpOn(rest[0]));
  else return runCommand(findCommand(name), rest, streams);
  return 0;
}

function isHelp(name: string): boolean {
  return name === 'help' || name === '--help' || name === '-h';
}

function helpOn(name: string | undefined): string {
  return name === undefined ? renderOverview(COMMANDS) : renderHelp(findCommand(name));
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((each) => each.name === name);
  if (command) return command;
  const names = COMMANDS.map((each) => each.name);
  const what = name.startsWith('-') ? 'expected a command first, received' : 'there is no command';
  throw new UsageError(`${what} "${name}"${suggestion(name, names)}\n  npx howdah --help lists the commands`);
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  streams: StandardStreams,
): Promise<ExitCode> {
  const { args, options } = parse(command, argv);
  if (options.isSet('help')) {
    streams.stdout.write(renderHelp(command));
    return 0;
  }
  await using opened = new AsyncDisposableStack();
  let database: Promise<DatabaseHandle> | undefined;
  return await command.run({
    args,
    options,
    output: new Output({ ...streams, format: readFormat(options) }),
    connect() {
      database ??= openDatabase(opened);
      return database;
    },
  });
}

function parse(command: Command, argv: readonly string[]) {
  try {
    return parseArguments(command, argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${command.name}: ${error.message}\n  npx howdah ${command.name} --help shows how`);
  }
}

function readFormat(options: OptionValues): 'json' | 'text' | undefined {
  const isJson = options.isSet('json');
  if (isJson && options.isSet('text')) throw new UsageError('--json and --text exclude each other');
  if (isJson) return 'json';
  return options.isSet('text') ? 'text' : undefined;
}

/** Loaded only by commands that need it: drivers take longer to load than most answers to give. */
async function openDatabase(opened: AsyncDisposableStack): Promise<DatabaseHandle> {
  const { connect } = await import('./connect.ts');
  const handle = await connect();
  opened.defer(() => handle.close());
  return handle;
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
