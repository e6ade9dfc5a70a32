import type { Pool } from 'pg';
import type { AnyApp } from '../app/define-app.ts';
import type { Logger } from '../observability/logger.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';

/** Where the database is and who acts; `createHowdah` opens nothing. */
export interface HowdahOptions {
  /** As docs/connecting.md has it. Excludes `pool`. @default DATABASE_URL, read at the first use */
  readonly connectionString?: string;
  /** Connections that are there already, as they are: none of their settings is changed, and they are never ended. */
  readonly pool?: Pool;
  /**
   * Which Howdah of the database is meant, where it has several: the schema of its tables.
   *
   * @default that of `connectionString`, else HOWDAH_SCHEMA, else 'howdah'
   */
  readonly schema?: string;
  /** Connections at most, of those to `connectionString`. 1 to 1000. @default 5 */
  readonly maxConnections?: number;
  /**
   * What is enqueued here: told to the database before the first enqueue, as tasks of `app` or `application`.
   *
   * @default the tasks of `app`; without one nothing is told, and a worker must have started before
   */
  readonly tasks?: readonly TaskDefinition[];
  /** Whose tasks they are. Its folder of tasks is loaded only where `tasks` is not given. */
  readonly app?: AnyApp;
  /** The name of that application, where its file is not to be loaded here. @default that of `app` */
  readonly application?: string;
  /** Who acts, in the audit log and beside a paused queue. @default 'typescript' */
  readonly actor?: string;
  /** Told of every enqueue, of lost connections, and of announcements that failed. @default nobody is told */
  readonly log?: Logger;
}
