import { COMMON_OPTIONS } from './arguments/parse-arguments.ts';
import type { ListedCommand, NamedCommand, OptionDefinitions } from './command.ts';

const EXIT_CODES = 'Exit codes: 0 done, 1 refused, failed or something found wrong, 2 wrongly called.';

/** What `npx howdah --help` prints. */
export function renderOverview(commands: readonly ListedCommand[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: npx howdah <command> [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'npx howdah <command> --help shows its options and examples.',
    'The database is that of DATABASE_URL, or the embedded one of npx howdah dev in DATA_DIR.',
    'The application is that of --config, HOWDAH_CONFIG or howdah.config.* here: start, worker, api, dev, migrate and doctor read it.',
    'A terminal gets tables; a pipe or file gets JSON, as everybody does with --json.',
    EXIT_CODES,
    '',
  ].join('\n');
}

/** What `npx howdah <command> --help` prints. */
export function renderHelp({
  name,
  summary,
  usage,
  about = [],
  options = {},
  examples,
}: NamedCommand): string {
  return [
    `Usage: npx howdah ${[name, usage, '[options]'].filter(Boolean).join(' ')}`,
    '',
    `${summary}.`,
    ...(about.length > 0 ? ['', ...about] : []),
    '',
    'Options:',
    ...renderOptions({ ...options, ...COMMON_OPTIONS }),
    '',
    'Examples:',
    ...examples.flatMap(([line, does]) => [`  npx howdah ${line}`, `      ${does}`]),
    '',
    EXIT_CODES,
    '',
  ].join('\n');
}

function renderOptions(options: OptionDefinitions): string[] {
  const names = Object.entries(options).map(([name, { value }]) =>
    value ? `--${name} ${value}` : `--${name}`,
  );
  const width = Math.max(...names.map(({ length }) => length));
  return Object.values(options).map(({ help }, index) => `  ${(names[index] ?? '').padEnd(width)}  ${help}`);
}
