import { andMore } from './and-more.ts';
import { isSqlState } from './is-sql-state.ts';
import { readText, readValue } from './read-text.ts';

/** More than is ever shown of a message; a value that begins beyond it is cut off anyhow. */
const MAX_LENGTH = 20_000;

/** Of as many issues it is told what they are, of others how many there are. */
const MAX_ISSUES = 20;

/** What is said of a statement that failed where the cause says why. */
const QUERY_FAILED = 'a query failed';

/**
 * The error's own message without the values that a library or the server put into it: drizzle lists a statement's parameters,
 * Knex prints the statement with its values in place, Prisma the arguments of the call, the server the text that is no number,
 * schema libraries what they were given. What the code that threw wrote itself is left as it is.
 */
export function withholdValues(error: object): string {
  const issues = readValue(error, 'issues');
  if (isListOfIssues(issues)) return describeIssues(issues);
  const said = readText(error, 'originalMessage') || readText(error, 'message');
  const own = isPrisma(error) ? lastParagraph(said) : withoutStatement(error, said);
  const short = own.slice(0, MAX_LENGTH);
  return withoutEchoes(withoutReply(error, withoutNames(error, withoutData(error, withoutIssues(short)))));
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

/** What is not found, or no name at all, when a text is taken for a name: relation, schema, function, type, syntax. */
const UNKNOWN_NAME = /^(42P01|3F000|42883|42704|42601|42602)$/;

/**
 * Where the server looked up what a statement names, it says at which place of that. Without one it had the name from a value, as
 * by `$1::regclass`. Columns have no such values: an identifier is told.
 */
function withoutNames(error: object, message: string): string {
  const code = readText(error, 'originalCode') || readText(error, 'code');
  const isPlaced = ['position', 'internalPosition'].some((name) => readText(error, name) !== '');
  if (isPlaced || !UNKNOWN_NAME.test(code)) return message;
  return message.replace(/["„“”»«].*["“”»«]/s, '"…"');
}

/** A word in plain letters, or the code of a reply, as in `535 5.7.8 wrong password: AUTH PLAIN`. */
const PLAIN_WORD = /^(?:[A-Za-z]?[a-z'’-]*|[A-Z]{2,5}|\d{3}-?|\d\.\d{1,3}\.\d{1,3})[.,:;!?]?$/;

/** A mail server may repeat the line by which somebody logged in, or a part of it: what is no word of its own is withheld. */
function withoutReply(error: object, message: string): string {
  if (readText(error, 'code') !== 'EAUTH') return message;
  return message.replace(/\S+/g, (word) => (PLAIN_WORD.test(word) ? word : '…'));
}

/** What echoes a value, also when somebody put the message into one of their own. */
const ECHOES: readonly [RegExp, string][] = [
  [/Failed query: .*/s, QUERY_FAILED], // drizzle: the statement and then `params: ada@example.com,1`
  [/(invalid input (?:syntax|value) for [^:\n]{1,80}: )".*"/s, '$1"…"'],
  [/((?:value out of range|malformed \w{1,20} literal|syntax error in tsquery): )".*"/s, '$1"…"'],
  [/(invalid value for parameter "[\w.]{1,80}": )".*"/s, '$1"…"'],
  [/(\b(?:value|time zone|unit) )".{0,1000}"( is out of range for type| not recognized)/s, '$1"…"$2'],
  [/\b(AUTH [A-Z][A-Z0-9-]{2,19}) [A-Za-z0-9+/=]+/gi, '$1 …'], // a mail server's: name and password
  [
    /Unexpected token .{1,4}, (?:\.{3})?".*"(?:\.{3})? is not valid JSON/su,
    'Unexpected token in what is not valid JSON',
  ],
  [/Unexpected token .{1,4} in JSON/gsu, 'Unexpected token in JSON'],
  [/"[^"]{1,100}" is not valid JSON/, '"…" is not valid JSON'],
  [/("(?:input|received)": ?)(?:"(?:[^"\\]|\\.)*"|[^\s"{[][^\s,}]*)/g, '$1"…"'], // of issues, as zod's message has them
  [
    /((?:relation|table|schema|function|type|operator|text search configuration) )"[^"]*[^"\w.$][^"]*"( does not exist)/g,
    '$1"…"$2',
  ],
  [/<[^\s<>@]{1,64}@[^\s<>@]{1,255}>/g, '<…>'], // a mail server's: whom it does not know
  [/(\b[a-z][a-z+]{1,19}:\/\/)[^\s/@]{1,300}@/gi, '$1…@'], // of an address: user and password, or a token
  [/(\bKey \(.{1,300}?\)=\().*\)/s, '$1…)'],
  [/(Failing row contains \().*\)/s, '$1…)'],
];

function withoutEchoes(message: string): string {
  return ECHOES.reduce((text, [echo, instead]) => text.replace(echo, instead), message);
}

function isListOfIssues(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => readText(each, 'message') !== '');
}

/** zod's own message is the list of its issues, with what it was given if it was asked to keep that. */
function withoutIssues(message: string): string {
  const at = message.search(/\[\s*\{/);
  if (at < 0) return message;
  try {
    const issues: unknown = JSON.parse(message.slice(at));
    return isListOfIssues(issues) ? message.slice(0, at) + describeIssues(issues) : message;
  } catch {
    return message;
  }
}

/** Of zod and those like it: which field, and what was expected there. */
function describeIssues(issues: readonly unknown[]): string {
  const told = issues.slice(0, MAX_ISSUES).map(describeIssue);
  return [...told, ...andMore(told.length, issues.length)].join('; ');
}

function describeIssue(issue: unknown): string {
  const field = pathOf(readValue(issue, 'path'));
  const message = withoutInput(issue, withoutReceived(issue, readText(issue, 'message')));
  return field === '' ? message : `${field}: ${message}`;
}

/** zod 3 and valibot repeat a value that is none of those allowed; elsewhere `received` is the name of a type. */
function withoutReceived(issue: unknown, message: string): string {
  const received = readValue(issue, 'received');
  if (received === undefined || readValue(issue, 'code') === 'invalid_type') return message;
  return message.replace(/(, | but )received .*$/s, '');
}

/** A schema's own words may repeat what it was given. */
function withoutInput(issue: unknown, message: string): string {
  const input = readValue(issue, 'input');
  const isText =
    (typeof input === 'string' && input !== '') || typeof input === 'number' || typeof input === 'bigint';
  return isText ? message.replaceAll(String(input), '…') : message;
}

/** zod names the fields; valibot lists objects that have them as `key`. */
function pathOf(path: unknown): string {
  if (!Array.isArray(path)) return '';
  const names = path.map((each) => (typeof each === 'object' ? readText(each, 'key') : String(each)));
  return names.slice(0, 20).join('.');
}
