import type pg from 'pg';
import { HowdahError } from '../../errors.ts';
import { askAlone } from '../ask-alone.ts';
import type { Limits, ServerLimits } from '../limits.ts';
import { runAlone } from '../run-alone.ts';
import { within } from '../within.ts';

type ConnectCallback = Parameters<pg.Pool['connect']>[0];

/** What a pool with limits has beside pg's. */
interface Bounds {
  limits: Limits;
  /** Those that its sessions have from their begin on, so that no transaction need set them. */
  ofSessions: Partial<ServerLimits>;
  /** Connections of an earlier generation are not used any more. */
  generation: number;
  generations: WeakMap<pg.ClientBase, number>;
}

const BOUNDS = new WeakMap<pg.Pool, Bounds>();

/**
 * From now on every statement of the pool by itself, and every transaction of `transact` on it, ends in time: in the
 * server as well as here. Becoming a connection fails with {@link HowdahError} `unavailable` when all are in use and none
 * becomes free within `waitMs`.
 *
 * @param ofSessions those of its sessions, whatever they do
 */
export function boundPool(pool: pg.Pool, limits: Limits, ofSessions: Partial<ServerLimits> = {}): void {
  const bounds = bound(pool, pool, { limits, ofSessions });
  pool.on('connect', (client) => bounds.generations.set(client, bounds.generation));
}

/**
 * The same for `bounded` alone, which has its connections from `pool`: that one stays as it is. One of its connections that is
 * seen for the first time is as good as new.
 */
export function boundApart(bounded: pg.Pool, pool: pg.Pool, limits: Limits): void {
  bound(bounded, pool, { limits, ofSessions: {} });
}

/** Undefined for a pool that waits as long as it takes: an engine's, or a tool's whose user has Ctrl-C. */
export function limitsOf(pool: pg.Pool): Limits | undefined {
  return BOUNDS.get(pool)?.limits;
}

/** Whether a statement that is a transaction by itself may be sent without a begin that says its limits. */
export function standsAlone(pool: pg.Pool): boolean {
  return isLimited(sessionLimitsOf(pool));
}

/** The limits that sessions of the pool have without being told; none of a pool whose sessions may be anybody's. */
export function sessionLimitsOf(pool: pg.Pool): Partial<ServerLimits> {
  return BOUNDS.get(pool)?.ofSessions ?? {};
}

/**
 * The server is not the one to talk to any more, such as a primary that became a standby: none of the connections that a
 * pool with limits has now is used again.
 */
export function distrust(pool: pg.Pool): void {
  const bounds = BOUNDS.get(pool);
  if (bounds) bounds.generation += 1;
}

function isLimited({ statementMs }: Partial<ServerLimits>): boolean {
  return statementMs !== undefined;
}

function bound(bounded: pg.Pool, pool: pg.Pool, given: Pick<Bounds, 'limits' | 'ofSessions'>): Bounds {
  const bounds: Bounds = { ...given, generation: 0, generations: new WeakMap() };
  const { limits } = given;
  BOUNDS.set(bounded, bounds);
  const connect = pool.connect.bind(pool) as (callback?: ConnectCallback) => Promise<pg.PoolClient>;
  const take = (callback?: ConnectCallback) =>
    callback ? connect(callback) : takeTrusted(pool, bounds, () => connect());
  bounded.connect = take as pg.Pool['connect'];
  const query = async (statement: string | pg.QueryConfig, values?: unknown[]) => {
    const ask = (client: Pick<pg.PoolClient, 'query'>) => client.query(statement, values);
    return isLimited(given.ofSessions)
      ? askAlone(await bounded.connect(), ask)
      : runAlone(bounded, limits, ask);
  };
  bounded.query = query as pg.Pool['query'];
  return bounds;
}

async function takeTrusted(
  pool: pg.Pool,
  bounds: Bounds,
  connect: () => Promise<pg.PoolClient>,
): Promise<pg.PoolClient> {
  for (;;) {
    const client = await takeAny(pool, bounds.limits, connect);
    const { generation, generations } = bounds;
    if (!generations.has(client)) generations.set(client, generation);
    if (generations.get(client) === generation) return client;
    client.release(true);
  }
}

async function takeAny(
  pool: pg.Pool,
  { waitMs }: Limits,
  connect: () => Promise<pg.PoolClient>,
): Promise<pg.PoolClient> {
  const isFull = pool.idleCount === 0 && pool.totalCount >= pool.options.max;
  const taking = connect();
  if (!isFull) return taking;
  const client = await within(waitMs, taking);
  if (client) return client;
  taking.then((unwanted) => unwanted.release()).catch(() => {});
  throw new HowdahError('unavailable', {
    detail: `All ${pool.options.max} connections to the database are in use`,
    retryAfterSeconds: 1,
  });
}
