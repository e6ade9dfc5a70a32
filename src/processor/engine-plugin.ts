import { pathToFileURL } from 'node:url';
import { schemaQueue } from '../db/queue-schema.ts';
import { ShutdownError } from './abort-reasons.ts';
import { loadTask } from './load-tasks.ts';
import { type RunEnvironment, runJob } from './run-job.ts';
import { toRun } from './to-run.ts';

/** The preset that makes the stock `graphile-worker` CLI run a queue as Howdah's own worker does. */
export interface EnginePluginOptions<Services> {
  environment: Omit<RunEnvironment<Services>, 'endSignal'>;
  /** Called once the CLI's pool has ended. */
  onEnd: () => Promise<void>;
}

/**
 * Loads each file of the tasks folder as a bound task and runs it through the same pipeline: parsed payload, time
 * limit, verdicts, events. When the CLI is told to stop, runs that outlast its limit go back to their queue.
 */
export function createEnginePlugin<Services>(options: EnginePluginOptions<Services>): GraphileConfig.Plugin {
  const shutdown = new AbortController();
  const environment = { ...options.environment, endSignal: shutdown.signal };
  return {
    name: 'HowdahPlugin',
    version: '1.0.0',
    worker: {
      middleware: {
        init(next, { ctx }) {
          ctx.events.on('pool:create', ({ workerPool }) => {
            workerPool.abortSignal.addEventListener('abort', () => shutdown.abort(new ShutdownError()));
          });
          ctx.events.on('pool:release', () => void options.onEnd());
          return next();
        },
      },
      hooks: {
        loadTaskFromFiles: {
          before: ['LoadTaskFromJsPlugin'],
          async callback(ctx, details) {
            const file = details.fileDetailsList.find(({ extension }) => extension === '.ts');
            if (details.handler || !file) return;
            const task = await loadTask<Services>(pathToFileURL(file.fullPath));
            const queue = queueOf(ctx.workerSchema);
            details.handler = (payload, helpers) => runJob(task, toRun(queue, payload, helpers), environment);
          },
        },
      },
    },
  };
}

function queueOf(schema: string): string {
  const queue = schemaQueue(schema);
  if (queue !== undefined) return queue;
  throw new TypeError(
    `--schema: expected graphile_worker (queue "default") or graphile_worker_<queue>, received "${schema}"`,
  );
}
