import type { SqlClient } from '../../db/sql-client.ts';
import { type Application, listApplications } from '../../look/applications.ts';
import { forgetApplication, releaseTask, renameApplication } from '../../operate/application-commands.ts';
import { actLocally } from '../act/act-locally.ts';
import type { Call, Command, ExitCode } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { describeInstant } from '../terminal/describe-time.ts';
import type { Column } from '../terminal/table.ts';

const COLUMNS: readonly Column<Application>[] = [
  { title: 'APPLICATION', text: ({ name }) => name, style: () => 'bold' },
  { title: 'TASKS', text: ({ tasks }) => String(tasks.length), align: 'right' },
  { title: 'SCHEDULES', text: ({ schedules }) => String(schedules.length), align: 'right' },
  { title: 'WORKERS', text: ({ workerCount }) => String(workerCount), align: 'right' },
  {
    title: 'LAST SEEN',
    text: ({ lastSeenAt, isGone }) => `${describeInstant(lastSeenAt)}${isGone ? ' (gone)' : ''}`,
    style: ({ isGone }) => (isGone ? 'red' : undefined),
  },
  { title: 'HOSTS', text: ({ hosts }) => hosts.join(', ') || '-' },
];

/** What each action is called with, and what it does. */
const ACTIONS: Readonly<Record<string, { names: readonly string[]; act: Action }>> = {
  release: {
    names: ['APPLICATION', 'TASK'],
    act: async (tx, [application = '', task = ''], withJobs) => {
      await releaseTask(tx, { application, task, withJobs });
      return `The next application that announces the task "${task}" has it.`;
    },
  },
  rename: {
    names: ['APPLICATION', 'NAME'],
    act: async (tx, [application = '', name = '']) => {
      await renameApplication(tx, application, name);
      return `Application "${application}" is "${name}" from now on.`;
    },
  },
  forget: {
    names: ['APPLICATION'],
    act: async (tx, [application = ''], withJobs) => {
      await forgetApplication(tx, { application, withJobs });
      return `Application "${application}" is forgotten, with its tasks and schedules.`;
    },
  },
};

type Action = (tx: SqlClient, args: readonly string[], withJobs: boolean) => Promise<string>;

export const apps: Command = {
  usage: '[release APPLICATION TASK | rename APPLICATION NAME | forget APPLICATION]',
  about: [
    'A task or schedule belongs to the application that announced it first, also when that is not running: another that',
    'has one of the same name does not start. `release` gives a task up to whoever announces it next; `forget` removes an',
    'application that is gone ("(gone)": not heard of for an hour), with its tasks and schedules. Both are refused while a',
    'worker of it lives, and while jobs of its tasks are there. `rename` also takes over what 0.1 left under "bank".',
  ],
  argumentCount: [0, 3],
  choices: Object.keys(ACTIONS),
  options: {
    'with-jobs': {
      help: 'Jobs that have not ended are handed over as they are, whether or not the next takes them',
    },
  },
  examples: [
    ['apps', 'who is there, from which hosts, and when last'],
    ['apps release bank send_receipt', 'the next application that announces send_receipt has it'],
    ['apps rename bank shop', 'after upgrading from a version without names'],
    ['apps forget reports', 'its orphaned schedules and its tasks are removed'],
  ],
  async run(call) {
    const [action, ...args] = call.args;
    if (action === undefined) return list(call);
    const known = ACTIONS[action];
    if (!known || args.length !== known.names.length) {
      throw new UsageError(`expected ${apps.usage}, received ${call.args.join(' ')}`);
    }
    const { db } = await call.connect();
    const withJobs = call.options.isSet('with-jobs');
    const words = await actLocally(db, (tx) => known.act(tx, args, withJobs));
    call.output.answer({ action, application: args[0] }, words);
    return 0;
  },
};

async function list({ output, connect }: Call): Promise<ExitCode> {
  const { db } = await connect();
  output.list(await listApplications(db), {
    columns: COLUMNS,
    present: ({ name, tasks, schedules, workerCount, hosts, lastSeenAt, isGone }) => ({
      ...{ name, tasks, schedules, workers: workerCount, hosts },
      last_seen_at: lastSeenAt?.toISOString() ?? null,
      is_gone: isGone,
    }),
    empty: 'No application has announced anything yet; the first start does.',
  });
  return 0;
}
