import { parseArgs } from 'node:util';
import type { Command, OptionDefinition, OptionDefinitions } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { OptionValues } from './option-values.ts';
import { suggestion } from './suggestion.ts';

/** Options of every command. */
export const COMMON_OPTIONS: OptionDefinitions = {
  json: { help: 'Print JSON; the default when the output is not a terminal' },
  text: { help: 'Print what a terminal would show, also into a file or pipe' },
  help: { help: 'Show this help' },
};

const NO_APP =
  'this command reads no application, only the database of DATABASE_URL; start, worker, api, dev, migrate and doctor take it';

export interface ParsedArguments {
  args: string[];
  options: OptionValues;
}

type Token = NonNullable<ReturnType<typeof tokenize>>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/**
 * What follows a command's name.
 *
 * @throws {UsageError} for an option there is none of, with the nearest, and for a wrong number of values or arguments
 */
export function parseArguments(command: Command, argv: readonly string[]): ParsedArguments {
  const definitions = { ...command.options, ...COMMON_OPTIONS };
  const tokens = tokenize(argv, definitions);
  const args = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const definition = checkOption(token, definitions);
    const earlier = definition.isRepeatable ? (values.get(token.name) ?? []) : [];
    values.set(token.name, [...earlier, ...(token.value === undefined ? [] : [token.value])]);
  }
  const options = new OptionValues(values);
  if (!options.isSet('help')) checkCount(command, args);
  return { args, options };
}

function tokenize(argv: readonly string[], definitions: OptionDefinitions) {
  const options = Object.entries(definitions).map(([name, { value }]) => {
    const short = name === 'help' ? { short: 'h' } : {};
    return [name, { type: value === undefined ? 'boolean' : 'string', multiple: true, ...short }] as const;
  });
  return parseArgs({
    args: [...argv],
    options: Object.fromEntries(options),
    allowPositionals: true,
    strict: false,
    tokens: true,
  }).tokens;
}

function checkOption(token: OptionToken, definitions: OptionDefinitions): OptionDefinition {
  const { name, rawName, value, inlineValue } = token;
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (!definition && name === 'config') throw new UsageError(`${rawName}: ${NO_APP}`);
  if (!definition) {
    throw new UsageError(`unknown option ${rawName}${suggestion(name, Object.keys(definitions), '--')}`);
  }
  if (definition.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    return definition;
  }
  const isOption = value !== undefined && !inlineValue && /^--?[a-z]/i.test(value);
  if (value === undefined || isOption) {
    const advice = isOption ? `; write ${rawName}=${value} if that is the value` : '';
    throw new UsageError(`${rawName} expects a value, ${definition.value}${advice}`);
  }
  return definition;
}

function checkCount({ argumentCount = [0, 0], usage }: Command, args: readonly string[]): void {
  const [least, most] = argumentCount;
  if (args.length < least) throw new UsageError(`expected ${usage}`);
  const extra = args[most];
  if (extra !== undefined) {
    const expected = usage === undefined ? 'no arguments' : `only ${usage}`;
    throw new UsageError(`expected ${expected}, received ${JSON.stringify(extra)} as well`);
  }
}
