import { isSqlState } from './is-sql-state.ts';
import { readText, readValue } from './read-text.ts';

/** More than is ever shown of a message; a value that begins beyond it is cut off anyhow. */
const MAX_LENGTH = 20_000;

/** What is said of a statement that failed where the cause says why. */
export const QUERY_FAILED = 'a query failed';

/**
 * The error's own message without the values that a library or the server put into it: drizzle lists a statement's parameters,
 * Knex prints the statement with its values in place, Prisma the arguments of the call, the server the text that is no number,
 * schema libraries what they were given. What the code that threw wrote itself is left as it is.
 */
export function withholdValues(error: object): string {
  const issues = readValue(error, 'issues');
  if (Array.isArray(issues) && issues.length > 0) return describeIssues(issues);
  const said = readText(error, 'originalMessage') || readText(error, 'message');
  const own = isPrisma(error) ? lastParagraph(said) : withoutStatement(error, said);
  return withoutEchoes(withoutData(error, own.slice(0, MAX_LENGTH)));
}

/** Whether it only says that a statement failed, for which its cause says why. */
export function wrapsQuery(error: object): boolean {
  const hasStatement = ['query', 'sql'].some((name) => typeof readValue(error, name) === 'string');
  const hasValues = ['params', 'parameters', 'bindings'].some((name) => readValue(error, name) !== undefined);
  const message = readText(error, 'message');
  return (hasStatement && hasValues) || isPrisma(error) || /^(Failed query: |a query failed$)/.test(message);
}

function isPrisma(error: object): boolean {
  return /^(PrismaClient|DriverAdapterError$)/.test(readText(error, 'name'));
}

/** Before it Prisma shows the call with its arguments, and the lines of source around it. */
function lastParagraph(message: string): string {
  return (
    message
      .trim()
      .split(/\n\s*\n/)
      .at(-1) ?? ''
  );
}

const STATEMENT = /^\s*(select|insert|update|delete|with|merge|call|values|truncate|create|alter|drop)\s/i;

/** Knex puts the statement, its values in place, before what the server said, and ` - ` between. */
function withoutStatement(error: object, message: string): string {
  const end = message.lastIndexOf(' - ');
  if (end < 0 || !STATEMENT.test(message)) return message;
  const isStatement = isSqlState(readValue(error, 'code')) || /["'$*=?()]/.test(message.slice(0, end));
  return isStatement ? message.slice(end + 3) : message;
}

/** Class 22, data exceptions: what is in quotes is the value, or cannot be told from one. In any language of the server. */
function withoutData(error: object, message: string): string {
  const code = readText(error, 'originalCode') || readText(error, 'code');
  if (!/^22[0-9A-Z]{3}$/.test(code)) return message;
  return message.replace(/["„“”»«「『'`‘’].*["“”»«」』'`‘’]/s, '"…"');
}

/** What echoes a value, also when somebody put the message into one of their own. */
const ECHOES: readonly [RegExp, string][] = [
  [/Failed query: .*/s, QUERY_FAILED], // drizzle: the statement and then `params: ada@example.com,1`
  [/(invalid input (?:syntax|value) for [^:\n]{1,80}: )".*"/s, '$1"…"'],
  [/((?:value out of range|malformed \w{1,20} literal|syntax error in tsquery): )".*"/s, '$1"…"'],
  [/(invalid value for parameter "[\w.]{1,80}": )".*"/s, '$1"…"'],
  [/(\b(?:value|time zone|unit) )".{0,1000}"( is out of range for type| not recognized)/s, '$1"…"$2'],
  [/<[^\s<>@]{1,64}@[^\s<>@]{1,255}>/g, '<…>'], // a mail server's: whom it does not know
  [/(\b[a-z][a-z+]{1,19}:\/\/)[^\s/@]{1,300}@/gi, '$1…@'], // of an address: user and password, or a token
  [/(\bKey \(.{1,300}?\)=\().*\)/s, '$1…)'],
  [/(Failing row contains \().*\)/s, '$1…)'],
];

function withoutEchoes(message: string): string {
  return ECHOES.reduce((text, [echo, instead]) => text.replace(echo, instead), message);
}

/** Of zod and those like it: which field, and what was expected there. */
function describeIssues(issues: readonly unknown[]): string {
  return issues.slice(0, 20).map(describeIssue).join('; ');
}

function describeIssue(issue: unknown): string {
  const field = pathOf(readValue(issue, 'path'));
  const message = withoutReceived(issue, readText(issue, 'message'));
  return field === '' ? message : `${field}: ${message}`;
}

/** zod 3 and valibot repeat a value that is none of those allowed; elsewhere `received` is the name of a type. */
function withoutReceived(issue: unknown, message: string): string {
  const received = readValue(issue, 'received');
  if (received === undefined || readValue(issue, 'code') === 'invalid_type') return message;
  return message.replace(/(, | but )received .*$/s, '');
}

/** zod names the fields; valibot lists objects that have them as `key`. */
function pathOf(path: unknown): string {
  if (!Array.isArray(path)) return '';
  const names = path.map((each) => (typeof each === 'object' ? readText(each, 'key') : String(each)));
  return names.slice(0, 20).join('.');
}
