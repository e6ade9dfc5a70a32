// One command of one contender, in this process: node bench/contender.ts <name> <command> <url> <options as JSON>
import { enqueue } from './commands/enqueue.ts';
import { feed } from './commands/feed.ts';
import { pickUp } from './commands/pick-up.ts';
import { produce } from './commands/produce.ts';
import { work } from './commands/work.ts';
import type { Contender } from './contenders/contender.ts';
import { say } from './said.ts';

const [name = '', command = '', url = '', options = '{}'] = process.argv.slice(2);
const { default: contender } = (await import(`./contenders/${name}.ts`)) as { default: Contender };

const commands: Record<string, (contender: Contender, url: string, options: never) => Promise<void>> = {
  setup,
  prepare: ({ prepare }, url, { queues }: { queues: string[] }) => prepare(url, queues),
  feed,
  work,
  produce,
  enqueue,
  'pick-up': pickUp,
};
const perform = commands[command];
if (!perform) throw new Error(`expected one of ${Object.keys(commands).join(', ')}, received ${command}`);
await perform(contender, url, JSON.parse(options) as never);
process.exit(0);

async function setup({ setup, server, isSlow = false }: Contender): Promise<void> {
  say({ event: 'setup', setup, server: server ?? 'postgres', isSlow });
}
