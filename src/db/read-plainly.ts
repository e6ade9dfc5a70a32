import type { CustomTypesConfig } from 'pg';

type Parse = (text: string) => unknown;

/** By the numbers that Postgres has for its types. Source: src/include/catalog/pg_type.dat. */
const PARSERS: Readonly<Record<number, Parse>> = {
  16: (text) => text === 't', // boolean
  21: Number, // smallint
  23: Number, // integer
  114: JSON.parse, // json
  700: Number, // real
  701: Number, // double precision
  3802: JSON.parse, // jsonb
};

const asItIs: Parse = (text) => text;

/**
 * How Howdah's statements read what they select, in a process where somebody may have told `pg` to read it otherwise
 * (`pg.types.setTypeParser`, a pool's own `types`). What is not listed stays text.
 */
export const PLAIN_TYPES = {
  getTypeParser: (oid: number) => PARSERS[oid] ?? asItIs,
} as CustomTypesConfig;
