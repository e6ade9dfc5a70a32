import { fileURLToPath } from 'node:url';
import { WorkerPreset } from 'graphile-worker';
import { developmentSecrets } from '../config/development-secrets.ts';
import { readConfig } from '../config.ts';
import { createEventHub } from '../observability/event-hub.ts';
import { subscribeLogger } from '../observability/log-subscriber.ts';
import { createEngineLogger } from '../processor/engine-logger.ts';
import { createEnginePlugin } from '../processor/engine-plugin.ts';
import type { Services } from '../services.ts';
import { createServiceLogger } from './create-service-logger.ts';
import { openApplicationDatabase, prepareDatabase } from './open-database.ts';
import { openMail } from './open-mail.ts';
import { TASKS_FOLDER } from './run-jobs.ts';
import { StartupError } from './startup-error.ts';

/**
 * What `graphile.config.ts` exports: with it, `npx graphile-worker --schema graphile_worker_critical --jobs 10` runs
 * the queue `critical` with this service's tasks, configuration and logs.
 */
export async function createCliPreset(): Promise<GraphileConfig.Preset> {
  const config = readConfig();
  const { databaseUrl } = config;
  if (databaseUrl === undefined || config.smtpUrl === undefined || config.publicUrl === undefined) {
    throw new StartupError(
      'The graphile-worker CLI needs DATABASE_URL, SMTP_URL and PUBLIC_URL; see the README',
    );
  }
  const log = createServiceLogger(config);
  const events = createEventHub();
  subscribeLogger(events, log);
  const opened = new AsyncDisposableStack();
  await prepareDatabase(config, databaseUrl);
  const { db } = await openApplicationDatabase(databaseUrl, log, opened);
  const { mailer } = await openMail(config, opened);
  const { secretKey } = await developmentSecrets(config);
  const services: Services = { db, mailer, secretKey, publicUrl: config.publicUrl };
  return {
    extends: [WorkerPreset],
    plugins: [
      createEnginePlugin({ environment: { services, events, log }, onEnd: () => opened.disposeAsync() }),
    ],
    worker: {
      connectionString: databaseUrl,
      taskDirectory: fileURLToPath(TASKS_FOLDER),
      fileExtensions: ['.ts'],
      logger: createEngineLogger(log),
      gracefulShutdownAbortTimeout: config.shutdownTimeoutMs,
    },
  };
}
