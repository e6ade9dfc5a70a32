import type { App } from '../app/define-app.ts';
import type { QueueSetting } from '../config.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { HowdahEvents } from '../observability/events.ts';
import type { Logger } from '../observability/logger.ts';
import type { TaskProcessor } from '../work/processor.ts';
import type { Readiness } from './http/readiness.ts';

/** Where the database is; the environment of the process is asked where nothing is said. */
export interface PlaceOptions {
  /** As docs/connecting.md has it. @default DATABASE_URL */
  readonly connectionString?: string;
  /** Which Howdah of the database, where it has several. @default what the address says, else HOWDAH_SCHEMA, else 'howdah' */
  readonly schema?: string;
  /** The same database, where `connectionString` leads through a pooler. @default `connectionString`, or DATABASE_DIRECT_URL */
  readonly directConnectionString?: string;
  /** What a step of a migration may wait for locks of others. Milliseconds, at most a day. @default 600_000 */
  readonly migrateTimeoutMs?: number;
  /** @default nothing is logged */
  readonly log?: Logger;
  /** Ends what has not come to its end yet. @default nothing does */
  readonly signal?: AbortSignal;
}

/** A worker in a program of one's own. */
export interface WorkerOptions<Services, Settings = unknown> extends PlaceOptions {
  readonly app: App<Services, Settings>;
  /** As QUEUES has it, or in a list: what is served here. @default 'critical:10,default:5' */
  readonly queues?: string | readonly QueueSetting[];
  /** What handlers work with; not closed by the worker. @default what `app.openServices` opens, and closes */
  readonly services?: Services;
  /** Whether what runs by the clock is enqueued here too. @default true */
  readonly schedules?: boolean;
  /** Whether the database is migrated; otherwise it is only looked at. @default true */
  readonly migrate?: boolean;
  /** What a stop gives running jobs, unless it says otherwise. Milliseconds, at most a day. @default 8_000 */
  readonly shutdownTimeoutMs?: number;
  /** Rows of the audit log are kept so long. Milliseconds, an hour to 100 years. @default 90 days */
  readonly auditRetentionMs?: number;
  /** Where RabbitMQ is, where jobs go there. @default RABBITMQ_URL */
  readonly rabbitmqUrl?: string;
  /** Where Kafka is. @default KAFKA_URL */
  readonly kafkaUrl?: string;
  /** Whether SIGTERM and SIGINT stop it, and SIGTSTP quiets it. It never ends the process. @default false */
  readonly handleSignals?: boolean;
  /** Where its events are told, those of its start among them. @default a hub of its own, which `on` listens to */
  readonly events?: EventHub;
}

/** A worker that takes jobs. */
export interface RunningWorker extends AsyncDisposable {
  /** The part of it that takes jobs, queue by queue. */
  readonly processor: TaskProcessor;
  /**
   * Calls the listener with each event of that name, until what is returned is called. What a listener throws is logged and
   * harms nobody.
   *
   * @throws {TypeError} for a name that is none of them, and for a listener that is no function
   */
  on<Name extends keyof HowdahEvents>(
    name: Name,
    listener: (...event: HowdahEvents[Name]) => void,
  ): () => void;
  /** Whether it can do its work now, and what is wrong where it cannot. Answers within a second, and never throws. */
  ready(): Promise<Readiness>;
  /** Takes no more jobs, for good; the running ones go on. Resolves once no job runs. */
  quiet(): Promise<void>;
  /**
   * Takes no more jobs and waits for the running ones; those that outlast `timeoutMs` have their signal fired and go back to
   * their queue, no attempt lost. Then ends what it opened, services first. Safe to call twice: the first call counts.
   *
   * @param options `timeoutMs`: milliseconds, Infinity for as long as they take. @default `shutdownTimeoutMs`
   */
  stop(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** What `migrate` brings up to date. */
export interface MigrateDatabaseOptions extends PlaceOptions {
  /** Whose migrations, tasks and schedules are brought along. @default Howdah's own alone */
  // biome-ignore lint/suspicious/noExplicitAny: any application, whatever its services
  readonly app?: App<any, any>;
  /** Queues to be made beside those of the tasks and those that are there. @default 'critical:10,default:5' */
  readonly queues?: string | readonly QueueSetting[];
}
