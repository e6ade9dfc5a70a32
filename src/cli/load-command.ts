import { suggestion } from './arguments/suggestion.ts';
import type { ListedCommand, NamedCommand } from './command.ts';
import { UsageError } from './command-error.ts';
import { COMMANDS } from './commands.ts';

export async function loadCommand({ name, summary, load }: ListedCommand): Promise<NamedCommand> {
  return { name, summary, ...(await load()) };
}

/** @throws {UsageError} when there is no such command */
export async function findCommand(name: string): Promise<NamedCommand> {
  const command = COMMANDS.find((each) => each.name === name);
  if (command) return loadCommand(command);
  const names = COMMANDS.map((each) => each.name);
  const what = name.startsWith('-') ? 'expected a command first, received' : 'there is no command';
  throw new UsageError(`${what} "${name}"${suggestion(name, names)}\n  npx howdah --help lists the commands`);
}
