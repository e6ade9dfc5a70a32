import type { DatabaseHandle } from '../db/connections/open-database.ts';
import { asyncStack } from '../start/async-stack.ts';
import type { OptionValues } from './arguments/option-values.ts';
import { parseArguments } from './arguments/parse-arguments.ts';
import type { ExitCode, NamedCommand } from './command.ts';
import { UsageError } from './command-error.ts';
import { renderHelp } from './help.ts';
import { findCommand } from './load-command.ts';
import type { StandardStreams } from './run-command-line.ts';
import { Output } from './terminal/output.ts';

/** @throws {UsageError} when there is no such command, or it is wrongly called @throws what the command throws */
export async function runCommand(
  name: string,
  argv: readonly string[],
  streams: StandardStreams,
): Promise<ExitCode> {
  const command = await findCommand(name);
  const { args, options } = parse(command, argv);
  if (options.isSet('help')) {
    streams.stdout.write(renderHelp(command));
    return 0;
  }
  await using opened = asyncStack();
  let database: Promise<DatabaseHandle> | undefined;
  return await command.run({
    args,
    options,
    output: new Output({ ...streams, format: readFormat(options) }),
    connect() {
      database ??= openDatabase(opened);
      return database;
    },
    findApp: async () => (await import('../app/find-app.ts')).findApp(await appPlace(options)),
    requireApp: async () => (await import('../app/find-app.ts')).requireApp(await appPlace(options)),
  });
}

function parse(command: NamedCommand, argv: readonly string[]) {
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

async function appPlace(options: OptionValues): Promise<{ file: string | undefined }> {
  const { readAppFile } = await import('../config.ts');
  return { file: options.text('config') ?? readAppFile() };
}
