import { andMore } from './and-more.ts';
import { causesOf, memberCountOf, membersOf } from './causes-of.ts';
import { readText, readValue } from './read-text.ts';
import { stackFrames } from './stack-frames.ts';
import { storable } from './storable.ts';
import { isError, toError } from './to-error.ts';
import { withholdValues, wrapsQuery } from './withhold-values.ts';

const MAX_NAME_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 4_000;
const MAX_STACK_LENGTH = 10_000;
const MAX_HEAD_LENGTH = 1_000;
const MAX_CAUSES = 5;
const MAX_MEMBERS = 10;
const MAX_DEPTH = 3;
/** What is shorter may be part of a word. */
const MIN_REPEATED_LENGTH = 8;

/** An error as it is stored, logged and shown. */
export interface ErrorDescription {
  /** Of the outermost error that is more than a library's "a query failed". */
  name: string;
  message: string;
  /** Of Postgres or Node, where there is one: `23505`, `ECONNREFUSED`. */
  code?: string;
  stack?: string;
}

/**
 * What may be told of whatever was thrown: the message begins with the root cause, in brackets stands as what else it was
 * reported, `connect ECONNREFUSED 127.0.0.1:25 (reported as: the mail was not sent)`; and nothing of it repeats a value that was
 * bound to a statement or given to a schema. Of the server's `detail`, `where` and `hint` nothing is told: they hold values, and
 * the message names constraint, table and column. The stack has frames, and names and messages made likewise.
 *
 * Texts that Postgres can store, whatever the error's properties hold or do when they are read: name and message are never
 * empty, the message has at most 4,000 characters, the stack, with those of its causes, 10,000.
 */
export function describeError(thrown: unknown): ErrorDescription {
  const error = toError(thrown);
  const links = linksOf(error);
  const message = storable(compose(links, 0), MAX_MESSAGE_LENGTH) || 'error without a message';
  const code = links.map(codeOf).findLast((each) => each !== undefined);
  const stack = storable(stacksOf(error, message), MAX_STACK_LENGTH);
  return {
    name: nameOf(links.find((link) => !wrapsQuery(link)) ?? error),
    message,
    ...(code === undefined ? {} : { code }),
    ...(stack ? { stack } : {}),
  };
}

/** What led to the error, itself first; also what is no Error and has what the server said, as Prisma's adapters keep it. */
function linksOf(error: Error): object[] {
  return [...causesOf(error, { withMembers: false })].filter(
    (each) => isError(each) || typeof readValue(each, 'originalMessage') === 'string',
  );
}

function compose(links: readonly object[], depth: number): string {
  const told = links.map((link) => ({ link, message: messageOf(link, depth) }));
  const root = told.findLast(({ message }) => message !== '');
  if (!root) return '';
  const outer = told
    .slice(0, told.indexOf(root))
    .filter(({ link }) => !wrapsQuery(link))
    .map(({ message }) => withoutInner(message, told, root.message));
  const others = [...new Set(outer)].filter((message) => /[^…\s]/.test(message));
  return others.length === 0 ? root.message : `${root.message} (reported as: ${others.join(': ')})`;
}

/** Many repeat the message of what they wrap: with its values, which must not be shown, or once more, which need not be. */
function withoutInner(
  message: string,
  told: readonly { link: object; message: string }[],
  root: string,
): string {
  const raw = told.map(({ link }) => readText(link, 'message')).filter((each) => each !== message);
  return [...raw, root].reduce(
    (text, inner) => (inner.length < MIN_REPEATED_LENGTH ? text : text.replaceAll(inner, '…')),
    message,
  );
}

/** Node's AggregateErrors (a connect that failed for each address) have no message of their own. */
function messageOf(link: object, depth: number): string {
  const own = withholdValues(link);
  const members = depth < MAX_DEPTH ? membersOf(link) : [];
  if (members.length === 0) return own;
  const told = members.slice(0, MAX_MEMBERS).map((member) => memberMessage(member, depth + 1));
  const all = [...new Set(told), ...andMore(told.length, memberCountOf(link))].join('; ');
  return own === '' ? all : `${all} (reported as: ${own})`;
}

function memberMessage(member: unknown, depth: number): string {
  const error = toError(member);
  return compose(linksOf(error), depth) || codeOf(error) || nameOf(error);
}

function codeOf(link: object): string | undefined {
  const code = readText(link, 'originalCode') || readText(link, 'code');
  return /^[A-Z]\w{1,63}$|^[0-9A-Z]{5}$/i.test(code) ? code : undefined;
}

/** pg names its errors "error". */
function nameOf(link: object): string {
  const name = storable(readText(link, 'name'), MAX_NAME_LENGTH);
  return name === 'error' ? 'DatabaseError' : name || 'Error';
}

function stacksOf(error: Error, message: string): string {
  const causes = [...causesOf(error)].filter(isError).slice(1, 1 + MAX_CAUSES);
  const own = stackFrames(error);
  if (own === '' && causes.length === 0) return '';
  return [
    headed(error, message, own),
    ...causes.map((cause) => `Caused by: ${headed(cause, withholdValues(cause), stackFrames(cause))}`),
  ].join('\n');
}

function headed(error: Error, message: string, frames: string): string {
  const head = message === '' ? nameOf(error) : `${nameOf(error)}: ${message.slice(0, MAX_HEAD_LENGTH)}`;
  return frames === '' ? head : `${head}\n${frames}`;
}
