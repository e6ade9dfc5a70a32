import type { SqlClient } from '../../db/sql-client.ts';
import { type MessageSource, readSources } from '../../look/sources.ts';
import {
  acceptSource,
  forgetSource,
  pauseSource,
  pauseSources,
  resumeSource,
  resumeSources,
} from '../../operate/source-commands.ts';
import { presentSource } from '../../wire/present-source.ts';
import { actLocally } from '../act/act-locally.ts';
import { localActor } from '../act/local-actor.ts';
import type { Call, Command, ExitCode } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { describeInstant } from '../terminal/describe-time.ts';
import type { Column } from '../terminal/table.ts';
import { printable } from '../terminal/text-width.ts';

const STYLES = {
  reading: 'green',
  idle: 'red',
  troubled: 'red',
  paused: 'yellow',
  refused: 'red',
} as const;

const COLUMNS: readonly Column<MessageSource>[] = [
  { title: 'SOURCE', text: ({ name }) => name, style: () => 'bold' },
  { title: 'TASK', text: ({ task }) => task },
  { title: 'STATE', text: ({ state }) => state, style: ({ state }) => STYLES[state] },
  { title: 'READERS', text: ({ readerCount }) => String(readerCount), align: 'right' },
  { title: 'LAG', text: ({ lagCount }) => String(lagCount ?? '-'), align: 'right' },
  { title: 'TAKEN', text: ({ takenCount }) => String(takenCount), align: 'right' },
  { title: 'AGAIN', text: ({ duplicateCount }) => String(duplicateCount), align: 'right' },
  { title: 'DISCARDED', text: ({ discardedCount }) => String(discardedCount), align: 'right' },
  { title: 'NO ID', text: ({ withoutIdCount }) => String(withoutIdCount), align: 'right' },
  { title: 'LOST', text: ({ lostCount }) => String(lostCount), align: 'right' },
  { title: 'LAST', text: ({ lastTakenAt }) => describeInstant(lastTakenAt) },
];

interface Action {
  one: (tx: SqlClient, source: string, by: string) => Promise<string>;
  /** Of every source; left out where that is not to be had. */
  all?: (tx: SqlClient, by: string) => Promise<string>;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  pause: {
    one: async (tx, source, by) =>
      `Source ${source} ${(await pauseSource(tx, source, by)) ? 'is now' : 'was already'} paused.`,
    all: async (tx, by) => `${await pauseSources(tx, by)} sources are now paused that were not.`,
  },
  resume: {
    one: async (tx, source) =>
      `Source ${source} ${(await resumeSource(tx, source)) ? 'is now' : 'was already'} active.`,
    all: async (tx) => `${await resumeSources(tx)} sources are now active that were paused.`,
  },
  accept: {
    one: async (tx, source) => {
      await acceptSource(tx, source);
      return `Source ${source} goes on with its topic as it is.`;
    },
  },
  forget: {
    one: async (tx, source) => {
      await forgetSource(tx, source);
      return `Source ${source} is off the list; a worker that reads it again goes on where it was.`;
    },
  },
};

export const sources: Command = {
  usage: '[pause SOURCE | resume SOURCE | accept SOURCE | forget SOURCE]',
  about: [
    'Places of brokers whose messages become jobs. LAG is what waits there; AGAIN are messages that came again and were known,',
    'DISCARDED those that fit no job, LOST those that a topic did not keep until they were read. What is in the way of one is said',
    'below, with what to do. `accept` goes on with a topic that was made anew, or has lost its end; `forget` takes one off the list',
    'that no worker has read for an hour, and keeps how far it was read.',
  ],
  argumentCount: [0, 2],
  choices: Object.keys(ACTIONS),
  options: {
    all: { help: 'With pause and resume: every source that is known, in place of a name' },
    reason: { value: 'TEXT', help: 'With pause: shown beside your user name wherever the pause is' },
  },
  examples: [
    ['sources', 'one line a source'],
    ['sources pause kafka:users.v1 --reason "they send nonsense"', 'its messages wait at the broker'],
    ['sources resume kafka:users.v1', 'workers go on within a second'],
  ],
  async run(call) {
    const [name, source] = call.args;
    if (name === undefined) return list(call);
    const act = toAct(call);
    const by = [localActor().name, call.options.text('reason')]
      .filter((part) => part !== undefined)
      .join(': ');
    const { db } = await call.connect();
    const words = await actLocally(db, (tx) => act(tx, by));
    call.output.answer({ action: name, source: source ?? null }, words);
    return 0;
  },
};

/** @throws {UsageError} where it is not said what to do, or to which */
function toAct({ args: [name = '', source], options }: Call): (tx: SqlClient, by: string) => Promise<string> {
  const action = ACTIONS[name];
  if (action?.all && source === undefined && options.isSet('all')) return action.all;
  if (action && source !== undefined && !options.isSet('all')) return (tx, by) => action.one(tx, source, by);
  throw new UsageError(`expected ${sources.usage}, or --all with pause and resume`);
}

async function list({ output, connect }: Call): Promise<ExitCode> {
  const { db } = await connect();
  const found = await readSources(db);
  output.list(found, {
    columns: COLUMNS,
    present: presentSource,
    empty: 'There is no source: SOURCES says which messages become jobs.',
  });
  const hindered = found.filter(({ remedy }) => remedy !== null);
  if (hindered.length > 0) output.note(`\n${hindered.map(describe).join('\n')}`);
  return 0;
}

function describe({ name, explanation, remedy }: MessageSource): string {
  return printable(`${name}: ${explanation} ${remedy}`);
}
