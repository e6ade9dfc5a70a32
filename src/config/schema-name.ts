import { Mistake } from './mistake.ts';

/** Howdah's schema unless something else is said. */
export const DEFAULT_SCHEMA = 'howdah';

/** With `_engine_` and the longest name of a queue behind it, Postgres can still tell it from others. */
const MOST = 15;
const SHAPE = new RegExp(`^[a-z][a-z0-9_]{0,${MOST - 1}}$`);

/** Names that mean something else already. */
const TAKEN =
  /^(pg_.*|public|drizzle|graphile_worker.*|.*_(engine|migrations)|howdah_(producer|viewer|operator|worker|control))$/;

/** HOWDAH_SCHEMA. @throws {Mistake} */
export function parseSchemaName(value: string): string {
  if (!SHAPE.test(value)) {
    throw new Mistake(`expected a-z, then up to ${MOST - 1} of a-z 0-9 _, e.g. staging`);
  }
  if (TAKEN.test(value)) throw new Mistake('expected a name that no other schema or role has, e.g. staging');
  return value;
}
