import { ENTRIES, mayImport, mayUse } from './may-import.ts';
import { ROOMS, roomOf } from './rooms.ts';
import type { Finding, Rule } from './rule.ts';
import {
  findImports,
  type Import,
  lineAt,
  lineCount,
  type SourceFile,
  withoutComments,
} from './source-file.ts';

const MAX_SOURCE_LINES = 300;
const MAX_TASK_LINES = 30;
const MAX_TEST_LINES = 350;

/**
 * `{ ...process.env }` hands the environment on, to a child process or to loadConfig, and reads no setting. Neither does
 * PATH, which a child process needs to find its own programs.
 */
const ENVIRONMENT =
  /(?<!\.\.\.)\bprocess\s*\.\s*env\b(?!\.PATH\b|\['PATH'\])|\bprocess\s*\[\s*['"]env|\benv\b[^;]*\bfrom\s+['"](node:)?process['"]/g;
/** By the driver itself, or by a library that is handed an address. */
const CONNECTION =
  /\bnew\s+(pg\s*\.\s*)?(Pool|Client)\b|\b(runMigrations|run|makeWorkerUtils|quickAddJob)\(\{[^}]*\bconnectionString\b|\bdrizzle\(\s*(['"`]|\{\s*connection\b)/g;
const DRIZZLE_TRANSACTION = /\.transaction\s*\(/g;
/** `current = current.cause`, and a function that calls itself with one. */
const CAUSE_WALK = /\b(\w+)\s*=\s*\1\s*\.\s*cause\b|\bfunction\s+(\w+)[^}]*\b\2\(\s*\w+\s*\.\s*cause\s*\)/g;
const RE_EXPORT = /^export\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;'"]*\bfrom\b/gm;
const NAMED_EXPORT = /^export\s+(?!default\b)/gm;
const STACK = /\bnew\s+(globalThis\s*\.\s*)?(Async)?DisposableStack\b/g;
const LOADED_FIRST = /^src\/start\/(signals\/end-early|tell-start|within-small-heap)\.ts$/; // while all else loads
const VAGUE_NAME = /(^|[-_])(utils?|helpers?|types?|constants?|common|misc|shared)\.[a-z]+$/;

export const RULES: readonly Rule[] = [
  {
    name: 'import only from the rooms below them',
    why: 'Imports run one way, so a room can be read, tested and replaced without those above it.',
    fix: 'Move the code down to a room both may import, or pass it in as an argument from src/start. ROOMS in test/architecture/rooms.ts is the map; change it only together with docs/architecture.md.',
    applies: isSourceCode,
    check: (file) =>
      internalImports(file)
        .filter((each) => !mayImport(file, each))
        .map(describeImport(file)),
    broken: [
      { path: 'src/tasks/a.ts', text: "import { b } from '../enqueue/b.ts';\n" },
      { path: 'src/config/a.ts', text: "import { b } from '../errors.ts';\n" },
      { path: 'src/http/routes/a.ts', text: "import { openService } from '../../start/service.ts';\n" },
      { path: 'src/look/a.ts', text: "const { run } = await import('../work/runner.ts');\n" },
      { path: 'src/look/a.ts', text: "import { services } from '../bank/services.ts';\n" },
      { path: 'src/errors/a.ts', text: "import {\n  type Config,\n} from '../config.ts';\n" },
      { path: 'src/start/a.ts', text: "import { b } from '../../test/support/wait-for.ts';\n" },
    ],
  },
  {
    name: 'know nothing of the bank, unless they are its own',
    why: 'The bank is one application on the package. What reaches into it cannot be installed beside another one.',
    fix: 'Have the application pass it in: AppOptions in src/app/define-app.ts says what it can bring.',
    applies: (path) => isSourceCode(path) && !path.startsWith('src/bank/'),
    check: (file) =>
      internalImports(file)
        .filter(({ target }) => target.startsWith('src/bank/'))
        .map(describeImport(file)),
    broken: [
      { path: 'src/start/a.ts', text: "import { b } from '../bank/b.ts';\n" },
      { path: 'src/cli/a.ts', text: "const { b } = await import('../bank/b.ts');\n" },
    ],
  },
  {
    name: 'know of the queue only what the package exports, if they are the bank',
    why: 'The bank shows what an application can do with the package. What it takes from behind the entries, no other application has.',
    fix: "Import it from src/index.ts or another entry; export it there if applications may want it, and write it in src/bank if they don't.",
    applies: (path) => path.startsWith('src/bank/') && path.endsWith('.ts'),
    check: (file) => internalImports(file).filter(isBehindEntries).map(describeImport(file)),
    broken: [
      { path: 'src/bank/a.ts', text: "import { transact } from '../db/transact.ts';\n" },
      { path: 'src/bank/main.ts', text: "const { run } = await import('../start/run-command.ts');\n" },
    ],
  },
  {
    name: 'lie in a room that is on the map',
    why: 'The folder list explains the system; a folder without a place in it is a system nobody drew.',
    fix: 'Put the file into one of the rooms, or add a row to ROOMS in test/architecture/rooms.ts and say in docs/architecture.md what the new room is for.',
    applies: isSourceCode,
    check: (file) => (ROOMS[roomOf(file.path)] ? [] : [{ what: `there is no room "${roomOf(file.path)}"` }]),
    broken: [
      { path: 'src/lib/a.ts', text: '' },
      { path: 'src/a.ts', text: '' },
    ],
  },
  {
    name: "use a package only in that package's room",
    why: 'When a vendor changes, one folder changes; and every new package is a decision somebody made on purpose.',
    fix: 'Call what the room offers instead (src/db for SQL, …). For a new package add a row to VENDORS in test/architecture/rooms.ts. What is optional is imported by import(…), where it is needed.',
    applies: isSourceCode,
    check: (file) =>
      packageImports(file)
        .filter((each) => !mayUse(file, each))
        .map(describeImport(file)),
    broken: [
      { path: 'src/look/a.ts', text: "import pg from 'pg';\n" },
      { path: 'src/work/a.ts', text: "import pg from 'pg';\n" },
      { path: 'src/db/a.ts', text: "import { run } from 'graphile-worker';\n" },
      { path: 'src/look/a.ts', text: "import { html } from 'hono/html';\n" },
      { path: 'src/wire/a.ts', text: "import express from 'express';\n" },
      { path: 'src/start/a.ts', text: "import { sql } from 'drizzle-orm';\n" },
      { path: 'src/start/a.ts', text: "const { sql } = require('drizzle-orm');\n" },
      { path: 'src/relay/kafka/a.ts', text: "await import('amqplib');\n" },
      { path: 'src/start/a.ts', text: "const { connect } = await import('amqplib');\n" },
      { path: 'src/relay/rabbitmq/a.ts', text: "import { connect } from 'amqplib';\n" },
    ],
  },
  {
    name: 'open connections to Postgres in src/db/connections/connection.ts',
    why: 'Every session sets what it relies on, so that the defaults of a database, a role or a pooler cannot change what a statement means; one opened elsewhere has whatever it is given.',
    fix: 'Call openDatabase or openSession, or in src/db createPool and createClient.',
    applies: (path) => isSourceCode(path) && path !== 'src/db/connections/connection.ts',
    check: (file) => findPattern(file, CONNECTION, 'opens a connection'),
    broken: [
      { path: 'src/start/a.ts', text: "import pg from 'pg';\nconst client = new pg.Client(url);\n" },
      { path: 'src/db/a.ts', text: "import { Pool } from 'pg';\nconst pool = new Pool ({});\n" },
      { path: 'src/db/a.ts', text: 'const db = drizzle({ connection: url });\nconst d = drizzle(url);\n' },
      { path: 'src/work/a.ts', text: 'await runMigrations({ connectionString, schema });\n' },
    ],
  },
  {
    name: 'open transactions by transact',
    why: "drizzle's own waits for a rollback behind a statement that is stuck, and gives the connection back with a transaction open on it: requests that were answered with 503 were committed later, by others.",
    fix: 'Call transact (src/db/transact.ts), transactionAs for whom it is done, or in the bank transactDrizzle.',
    applies: isSourceCode,
    check: (file) => findPattern(file, DRIZZLE_TRANSACTION, "opens one by drizzle's own method"),
    broken: [{ path: 'src/bank/users/a.ts', text: 'await db.transaction(async (tx) => tx.select());\n' }],
  },
  {
    name: "go through an error's causes by causesOf",
    why: 'Nine loops each knew other wrappers: an error that one of them took for the database being away was a defect to the next.',
    fix: 'Call causesOf, or what is built on it: sqlStateOf, isDatabaseUnavailable, rootCauseOf, describeError (in src/db and src/errors).',
    applies: isSourceCode,
    check: (file) => findPattern(file, CAUSE_WALK, 'walks along the causes itself'),
    broken: [
      {
        path: 'src/cli/a.ts',
        text: 'for (let current = error; current instanceof Error; current = current.cause) {}\n',
      },
      {
        path: 'src/http/a.ts',
        text: 'function root(e: Error): Error {\n  return e.cause instanceof Error ? root(e.cause) : e;\n}\n',
      },
    ],
  },
  {
    name: 'leave the environment to src/config.ts',
    why: 'Settings are parsed and checked once, all mistakes at a time; one read elsewhere is never checked and not in the documentation.',
    fix: 'Add the setting to src/config.ts and pass its value down.',
    applies: (path) => isSourceCode(path) && path !== 'src/config.ts',
    check: (file) => findPattern(file, ENVIRONMENT, 'reads the environment'),
    broken: [
      { path: 'src/bank/mail/a.ts', text: 'const url = process.env.SMTP_URL;\n' },
      {
        path: 'src/db/a.ts',
        text: 'const env = { PATH: process.env.PATH, URL: process.env.DATABASE_URL };\n',
      },
      { path: 'src/bank/mail/a.ts', text: "const url = process['env'].SMTP_URL;\n" },
      { path: 'src/bank/main.ts', text: "import { env } from 'node:process';\n" },
    ],
  },
  {
    name: 'make stacks of what to close by src/start/async-stack.ts',
    why: 'Node 22, which the package runs on, has no AsyncDisposableStack; Node 24, which runs the tests, has one.',
    fix: 'Call asyncStack; for what closes at once an array will do.',
    applies: (path) =>
      isSourceCode(path) && path !== 'src/start/async-stack.ts' && !path.startsWith('src/bank/'),
    check: (file) => findPattern(file, STACK, 'makes one itself'),
    broken: [
      { path: 'src/start/a.ts', text: 'await using opened = new AsyncDisposableStack();\n' },
      { path: 'src/work/a.ts', text: 'using places = new DisposableStack();\n' },
    ],
  },
  {
    name: 'are named in kebab-case, SQL in snake_case',
    why: 'A name is guessed right the first time. SQL is named after identifiers of the database, which are snake_case.',
    fix: 'Rename the file after the one thing it exports: registerUser lives in register-user.ts, howdah.queue_counts in queue_counts.sql.',
    applies: () => true,
    check: ({ path }) => (hasProperName(path) ? [] : [{ what: 'is not named so' }]),
    broken: [
      { path: 'src/bank/users/registerUser.ts', text: '' },
      { path: 'src/bank/users/register_user.ts', text: '' },
      { path: 'src/bank/tasks/send_mail.ts', text: '' },
      { path: 'src/db/sql/queue-counts.sql', text: '' },
      { path: 'test/Bank/register.test.ts', text: '' },
    ],
  },
  {
    name: 'are named after one thing',
    why: 'A file called utils, helpers, types or constants has no subject, so everything ends up there and nothing is found there.',
    fix: 'Name the file after what it exports, and split it where that is not one thing.',
    applies: () => true,
    check: ({ path }) => (VAGUE_NAME.test(path.split('/').at(-1) ?? '') ? [{ what: 'says nothing' }] : []),
    broken: ['src/utils.ts', 'src/http/helpers.ts', 'src/db/pg-types.ts', 'test/support/constants.ts'].map(
      named,
    ),
  },
  {
    name: 'are imported where they are, not through a barrel',
    why: 'A barrel hides who needs what, loads everything for one name, and is where import cycles come from.',
    fix: 'Import the thing from the file that defines it. (src/config.ts stands for the folder behind it, and entry points for what the package gives.)',
    applies: (path) => isSourceCode(path) && path !== 'src/config.ts' && !ENTRIES.has(path),
    check: (file) => [...findPattern(file, RE_EXPORT, 'exports what another file defines')],
    broken: [
      { path: 'src/tasks/index.ts', text: "export * from './a.ts';\n" },
      { path: 'src/look/a.ts', text: "export * from './b.ts';\n" },
      { path: 'src/look/a.ts', text: "export type {\n  B,\n} from './b.ts';\n" },
    ],
  },
  {
    name: `have at most ${MAX_SOURCE_LINES} lines`,
    why: 'A file that fits in the head is read; a longer one is searched.',
    fix: 'Split it by subject, not by size: the part with a name of its own becomes a file of that name.',
    applies: (path) => path.startsWith('src/') && /\.(ts|sql)$/.test(path),
    check: (file) => tooLong(file, MAX_SOURCE_LINES),
    broken: [{ path: 'src/a.ts', text: '\n//'.repeat(MAX_SOURCE_LINES) }],
  },
  {
    name: `have at most ${MAX_TEST_LINES} lines (tests)`,
    why: 'A test file is the description of one subject; a longer one describes several.',
    fix: 'Split it by subject, or move its scenery to a file in test/support.',
    applies: (path) => path.startsWith('test/') && path.endsWith('.ts'),
    check: (file) => tooLong(file, MAX_TEST_LINES),
    broken: [{ path: 'test/a.test.ts', text: '\n//'.repeat(MAX_TEST_LINES) }],
  },
  {
    name: 'export one default and nothing else (tasks)',
    why: 'Every file of the folder is loaded as a task; anything else in there stops a start.',
    fix: 'Export the bound task as default. What is to be shared goes to src/bank/definitions (data) or to the business folder that does the work.',
    applies: isTask,
    check: (file) => [
      ...missingDefault(file),
      ...findPattern(file, NAMED_EXPORT, 'exports something by name'),
    ],
    broken: [
      { path: 'src/bank/tasks/a.ts', text: 'export const a = 1;\nexport default bind(a);\n' },
      { path: 'src/bank/tasks/a.ts', text: 'bind(a);\n' },
    ],
  },
  {
    name: `have at most ${MAX_TASK_LINES} lines (tasks)`,
    why: 'A task says what runs for which job; the work itself is business code that is called, and tested, without a queue.',
    fix: 'Move the work to a function in the business folder, and call it.',
    applies: isTask,
    check: (file) => tooLong(file, MAX_TASK_LINES),
    broken: [{ path: 'src/bank/tasks/a.ts', text: '\n//'.repeat(MAX_TASK_LINES) }],
  },
];

function isSourceCode(path: string): boolean {
  return path.startsWith('src/') && path.endsWith('.ts');
}

function isTask(path: string): boolean {
  return path.startsWith('src/bank/tasks/');
}

function internalImports(file: SourceFile): Import[] {
  return findImports(file).filter(({ isInternal }) => isInternal);
}

function isBehindEntries({ target }: Import): boolean {
  return !target.startsWith('src/bank/') && !ENTRIES.has(target) && !LOADED_FIRST.test(target);
}

function packageImports(file: SourceFile): Import[] {
  return findImports(file).filter(({ isInternal, target }) => !isInternal && !target.startsWith('node:'));
}

function describeImport(file: SourceFile) {
  return ({ line, target, isTypeOnly }: Import): Finding => ({
    line,
    what: `is in ${roomOf(file.path)}, which may not import ${isTypeOnly ? 'types of ' : ''}${target}`,
  });
}

function findPattern(file: SourceFile, pattern: RegExp, what: string): Finding[] {
  const code = withoutComments(file.text);
  return [...code.matchAll(pattern)].map(({ index }) => ({ line: lineAt(code, index), what }));
}

function hasProperName(path: string): boolean {
  const [name = '', ...folders] = path.split('/').toReversed();
  const stem = name.replace(/(\.(test|config))?\.[a-z]+$/, '');
  const isSnakeCase = path.endsWith('.sql');
  const words = isSnakeCase ? /^[a-z0-9]+(_[a-z0-9]+)*$/ : /^[a-z0-9]+(-[a-z0-9]+)*$/;
  return words.test(stem) && folders.every((folder) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(folder));
}

function tooLong({ text }: SourceFile, maxLines: number): Finding[] {
  const lines = lineCount(text);
  return lines > maxLines ? [{ what: `has ${lines} lines` }] : [];
}

function missingDefault({ text }: SourceFile): Finding[] {
  return /^export default /m.test(text) ? [] : [{ what: 'has no default export' }];
}

function named(path: string): SourceFile {
  return { path, text: '' };
}
