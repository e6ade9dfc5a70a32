import pg, { type CustomTypesConfig } from 'pg';
import { parseExactly } from './exact-json.ts';

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

const JSON_OID = 114;

const asItIs: Parse = (text) => text;

/**
 * How Howdah's statements read what they select, in a process where somebody may have told `pg` to read it otherwise
 * (`pg.types.setTypeParser`, a pool's own `types`). What is not listed stays text.
 */
export const PLAIN_TYPES = {
  getTypeParser: (oid: number) => PARSERS[oid] ?? asItIs,
} as CustomTypesConfig;

/**
 * As `pg` is set in this process, but for JSON, whose whole numbers all stay what they are: what a queue's engine reads, of
 * which the payload is JSON.
 */
export const EXACT_TYPES = {
  getTypeParser: (oid: number, format: 'text') =>
    oid === JSON_OID && format !== ('binary' as string) ? parseExactly : pg.types.getTypeParser(oid, format),
} as CustomTypesConfig;
