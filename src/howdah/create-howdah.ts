import { appMistake } from '../app/check-app.ts';
import {
  findOptionMistakes,
  type OptionKinds,
  wholeNumberCheck,
} from '../config/mistakes/option-mistakes.ts';
import { meantSchema } from '../config.ts';
import type { SqlClient } from '../db/sql-client.ts';
import { transact } from '../db/transact.ts';
import { transactOnce } from '../db/transact-once.ts';
import { PostgresDistributor } from '../enqueue/postgres-distributor.ts';
import { toError } from '../errors/to-error.ts';
import { createEventHub } from '../observability/event-hub.ts';
import { subscribeLogger } from '../observability/log-subscriber.ts';
import { withSafeErrors } from '../observability/safe-errors.ts';
import { definitionsMistake } from '../tasks/check-definition.ts';
import { Announcer } from './announcer.ts';
import { AnnouncingDistributor } from './announcing-distributor.ts';
import { Connections } from './connections.ts';
import type { Howdah } from './howdah.ts';
import type { HowdahOptions } from './howdah-options.ts';
import { createOperator } from './operator.ts';
import { createReader } from './reader.ts';

const DEFAULT_ACTOR = 'typescript';
const MAX_ACTOR_LENGTH = 255;

/**
 * The producer and operator of a database, in this process. Opens nothing until it is used, and ends what it opened when it
 * is closed; idle connections do not keep the process alive.
 *
 * @throws {TypeError} naming every option that is out of range
 */
export function createHowdah(given: HowdahOptions = {}): Howdah {
  refuseMistakes(given);
  const { actor = DEFAULT_ACTOR } = given;
  const log = given.log && withSafeErrors(given.log);
  const options = { ...given, ...(log ? { log } : {}) };
  const connections = new Connections(options);
  const announcer = new Announcer(connections, options);
  const events = createEventHub();
  if (log) subscribeLogger(events, log);
  const unannounced = new PostgresDistributor({ events, schema: () => connections.naming.name });
  const distributor = new AnnouncingDistributor(unannounced, announcer);
  const closing = new AbortController();
  const transaction = <T>(work: (tx: SqlClient) => Promise<T>) =>
    connections.use((pool) => transact(pool, work));
  const close = async () => {
    closing.abort();
    await connections.close();
  };
  return {
    ...createReader(connections, closing.signal),
    ...createOperator(connections, actor, closing.signal),
    distributor,
    enqueue: (tx, task, payload, settings) => distributor.distribute(tx, task, payload, settings),
    enqueueMany: (tx, jobs) => distributor.distributeMany(tx, jobs),
    async enqueueAlone(task, payload, settings) {
      const enqueue = (tx: SqlClient) => unannounced.distribute(tx, task, payload, settings);
      return connections.use((pool) => announcer.before(() => transactOnce(pool, enqueue)));
    },
    transaction,
    announce: async () => announcer.announce(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const maxConnections = wholeNumberCheck(1, 1_000);

const OPTIONS: OptionKinds<HowdahOptions> = {
  ...{ connectionString: 'text', pool: 'pool', schema: 'text', maxConnections, actor: actorMistake },
  ...{ tasks: definitionsMistake, app: appMistake, application: 'text', log: 'logger' },
};

/** Of what an address is, its first use tells. */
function refuseMistakes(options: HowdahOptions): void {
  const { schema, connectionString, pool } = options ?? {};
  const mistakes = [
    ...findOptionMistakes(options, OPTIONS),
    typeof schema === 'string' ? schemaMistake(schema) : undefined,
    connectionString === undefined || pool === undefined
      ? undefined
      : 'expected connectionString or pool, received both',
  ].filter((mistake) => mistake !== undefined);
  if (mistakes.length > 0) throw new TypeError(`createHowdah: ${mistakes.join('; ')}`);
}

function actorMistake(name: unknown): string | undefined {
  const isActor = typeof name === 'string' && name.length >= 1 && name.length <= MAX_ACTOR_LENGTH;
  return isActor && !name.includes('\0') ? undefined : `1 to ${MAX_ACTOR_LENGTH} characters`;
}

function schemaMistake(schema: string): string | undefined {
  try {
    meantSchema({ schema });
    return undefined;
  } catch (error) {
    return `schema: ${toError(error).message}`;
  }
}
