/**
 * A worker process whose tasks are handed to a TcpBroker: `mail`, which goes to `mail`, and `note`, which goes to `notes`. The task
 * `local` runs here, and says `ran <id>`; with a payload that `kills` it ends the process as a crash would.
 *
 * Arguments: connection string, port of the broker, concurrency of the queue `default`.
 */
import { createEventHub } from '../../src/observability/event-hub.ts';
import { subscribeLogger } from '../../src/observability/log-subscriber.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { RouteGate } from '../../src/relay/outage/route-gate.ts';
import { publishing } from '../../src/relay/routes/publishing.ts';
import { type BoundTask, bind } from '../../src/tasks/bind.ts';
import { fixedDelay } from '../../src/tasks/retry-delay.ts';
import { startProcessor } from '../../src/work/processor.ts';
import { TcpBrokerClient } from './tcp-broker-client.ts';
import { testTask } from './test-queue.ts';

const [connectionString = '', port = '', concurrency = '2', shutdownMs = '20000'] = process.argv.slice(2);
const broker = new TcpBrokerClient(Number(port));

function routed(name: string, target: string): BoundTask<unknown> {
  const outlet = new RouteGate(broker);
  const task = bind(testTask(name), async () => {}, { retryDelay: fixedDelay(100) });
  return publishing(task as never, { outlet, target, gate: outlet, installation: async () => 'here' });
}

const local = bind(testTask('local'), async (given, { job }) => {
  process.stdout.write(`ran ${job.id}\n`);
  if ((given as { kills?: boolean }).kills) process.kill(process.pid, 'SIGKILL');
});

const tasks = [routed('mail', 'mail'), routed('note', 'notes'), local];
const events = createEventHub();
const log = createLogger({ level: 'info' });
subscribeLogger(events, log);
broker.open();
const processor = await startProcessor({
  connectionString,
  queues: [{ name: 'default', concurrency: Number(concurrency) }],
  tasks: new Map(tasks.map((task) => [task.definition.name, task])),
  services: {},
  events,
  log,
});
process.once('SIGTERM', async () => {
  await processor.stop(Number(shutdownMs));
  await broker.close();
  process.exit();
});
process.stdout.write('ready\n');
