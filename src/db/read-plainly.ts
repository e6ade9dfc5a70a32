import pg, { type CustomTypesConfig } from 'pg';
import { parseExactly } from './exact-json.ts';
import { parseInstant } from './parse-instant.ts';
import { parseJson } from './parse-json.ts';

type Parse = (text: string) => unknown;

/** By the numbers that Postgres has for its types. Source: src/include/catalog/pg_type.dat. */
const PARSERS: Readonly<Record<number, Parse>> = {
  16: (text) => text === 't', // boolean
  21: Number, // smallint
  23: Number, // integer
  114: parseJson, // json
  700: Number, // real
  701: Number, // double precision
  3802: parseJson, // jsonb
};

const JSON_OID = 114;
const INSTANT_OID = 1184;

const asItIs: Parse = (text) => text;

/**
 * How Howdah's statements read what they select, in a process where somebody may have told `pg` to read it otherwise
 * (`pg.types.setTypeParser`, a pool's own `types`). What is not listed stays text.
 */
export const PLAIN_TYPES = {
  getTypeParser: (oid: number) => PARSERS[oid] ?? asItIs,
} as CustomTypesConfig;

/**
 * As `pg` is set in this process, but for JSON, whose whole numbers all stay what they are, and for instants, which are Dates:
 * what a queue's engine reads.
 */
export const EXACT_TYPES = {
  getTypeParser(oid: number, format: 'text') {
    if (format !== ('binary' as string)) {
      if (oid === JSON_OID) return parseExactly;
      if (oid === INSTANT_OID) return readInstant;
    }
    return pg.types.getTypeParser(oid, format);
  },
} as CustomTypesConfig;

const readOtherInstant: Parse = (text) => (pg.types.getTypeParser(INSTANT_OID, 'text') as Parse)(text);

function readInstant(text: string): unknown {
  return parseInstant(text, readOtherInstant);
}
