import type { DatabaseHandle } from '../../db/connections/open-database.ts';
import { asGiven } from '../../db/naming.ts';
import { parseValue, type SqlValue, toText } from '../arguments/sql-value.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../command-error.ts';
import { readStandardInput } from '../terminal/read-standard-input.ts';
import type { Column } from '../terminal/table.ts';

type Row = readonly SqlValue[];

interface Answer {
  columns: string[];
  rows: Row[];
  /** Rows returned or changed; null for statements that have none. */
  rowCount: number | null;
  /** INSERT, UPDATE, … */
  command: string;
}

/** A change in a read-only transaction; VACUUM and the like in any. */
const REFUSED_READ_ONLY = new Set(['25006', '25001']);

/** Whoever presses Ctrl-C expects the statement to end with the command. Not every server can notice that. */
const NOTICE_CTRL_C = "set client_connection_check_interval = '500ms'";

/** Such as \d, which no statement begins with. */
const PSQL_COMMAND = /^\s*\\/;

const NOT_PSQL =
  "expected a SQL statement, received a command of psql; docs/sql.md has the views and functions, and so has\n  select table_name, column_name, data_type from information_schema.columns where table_schema = 'howdah'";

export const sql: Command = {
  usage: '"STATEMENT" | -',
  about: [
    'It runs in a transaction that refuses changes, or with --write by itself, committed when it succeeds.',
    'That guards against slips, not against somebody who means it: use a role of few rights for those.',
    'The whole result is held in memory: give big tables a limit.',
  ],
  argumentCount: [1, 1],
  options: { write: { help: 'Allow changes, and commit them' } },
  examples: [
    ['sql "select id, task, state from howdah.jobs order by id desc limit 20"', 'the newest jobs'],
    ['sql "select * from howdah.explain_job(4711)"', 'any function or view of Howdah'],
    [
      `sql --write "select howdah.set_fleet_concurrency('critical', 20)"`,
      'something that changes the database',
    ],
  ],
  async run({ args: [given = ''], options, output, connect }) {
    const text = given === '-' ? await readStandardInput() : given;
    if (PSQL_COMMAND.test(text)) throw new UsageError(NOT_PSQL);
    const answer = await runStatement(await connect(), text, options.isSet('write'));
    if (output.isJson) output.json(toObjects(answer));
    else if (answer.columns.length > 0) output.line(output.table(answer.rows, toColumns(answer.columns)));
    const count = describeCount(answer);
    if (count !== undefined) output.note(count);
    return 0;
  },
};

/**
 * By the extended protocol, which takes one statement only: a second one could end the read-only transaction. One that may
 * write is a transaction of its own, for VACUUM and procedures that commit want to be in no other.
 */
async function runStatement({ db }: DatabaseHandle, text: string, mayWrite: boolean): Promise<Answer> {
  const client = await db.connect();
  try {
    await client.query(NOTICE_CTRL_C).catch(() => {});
    await client.query(mayWrite ? 'set default_transaction_read_only = off' : 'begin read only');
    const statement = asGiven({
      text,
      rowMode: 'array' as const,
      queryMode: 'extended',
      types: { getTypeParser: parseValue },
    });
    const { fields, rows, rowCount, command } = await client.query<SqlValue[]>(statement);
    if (!mayWrite) await client.query('rollback');
    return { columns: fields.map(({ name }) => name), rows, rowCount, command };
  } catch (error) {
    throw advise(error);
  } finally {
    client.release(true);
  }
}

function advise(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (REFUSED_READ_ONLY.has(String(error.code)))
    return new CommandError(`${error.message}; --write allows changes`, { cause: error });
  const isSeveral = error.code === '42601' && /multiple commands/.test(error.message);
  return isSeveral ? new CommandError('expected one statement, received several', { cause: error }) : error;
}

function toColumns(names: readonly string[]): Column<Row>[] {
  return names.map((title, index) => ({ title, text: (row) => toText(row[index]) }));
}

/** Columns of one name are told apart by a number. */
function toObjects({ columns, rows }: Answer): Record<string, SqlValue>[] {
  const names: string[] = [];
  for (const name of columns) {
    let [unique, number] = [name, 1];
    while (names.includes(unique) || (number > 1 && columns.includes(unique))) unique = `${name}_${++number}`;
    names.push(unique);
  }
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])));
}

function describeCount({ columns, rowCount, command }: Answer): string | undefined {
  if (rowCount === null) return columns.length > 0 ? undefined : `${command}.`;
  const rows = rowCount === 1 ? '1 row' : `${rowCount} rows`;
  return columns.length > 0 ? `\n(${rows})` : `${command}: ${rows}.`;
}
