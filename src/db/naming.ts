import type pg from 'pg';
import { parseDatabaseAddress } from '../config/database/database-address.ts';
import { DEFAULT_SCHEMA } from '../config/database/schema-name.ts';
import { splitStatement } from './split-statement.ts';

/** What a name of Howdah's own begins with: schemas, the roles of a cluster, the channel of a database. */
const OTHERS = 'migrations|producer|viewer|operator|worker|control';

/** Settings of a session or transaction. Sessions are one installation's, so these need no other name. */
const SETTINGS = 'own_path|actor|request_id|pool|gate|releasing|runner|lease|begun|results';

const MOST_CACHED = 2_000;
const MOST_ADDRESSES = 100;

/**
 * How one installation of Howdah is called in a database that may have several. All SQL in this package is written for the
 * schema `howdah`; for another it is rewritten where it is sent.
 */
export interface Naming {
  /** Its schema. */
  readonly name: string;
  /** The SQL of a statement. What stands in quotes is left alone, unless all of it is a name. */
  statement(text: string): string;
  /** SQL of Howdah's own that is installed or printed: comments, and names within quotes, are rewritten as well. */
  installed(text: string): string;
  /** The engine schema that is called `graphile_worker` or `graphile_worker_<queue>` in this package. */
  engine(schema: string): string;
  /** The other way round; undefined for a schema that is not this installation's. */
  fromEngine(schema: string): string | undefined;
}

const known = new Map<string, Naming>();
const byAddress = new Map<string, Naming>();

/** @param name as `isSchemaName` takes it */
export function namingOf(name: string): Naming {
  const naming = known.get(name) ?? (name === DEFAULT_SCHEMA ? AS_WRITTEN : rename(name));
  known.set(name, naming);
  return naming;
}

/** Of the Howdah that an address means. @throws {Mistake} */
export function namingAt(connectionString: string): Naming {
  const before = byAddress.get(connectionString);
  if (before) return before;
  const naming = namingOf(parseDatabaseAddress(connectionString).schema);
  if (byAddress.size >= MOST_ADDRESSES) byAddress.clear();
  byAddress.set(connectionString, naming);
  return naming;
}

/** How the statements of a client are named: one of ours knows, another's are as they are written. */
export function namingOfClient(client: object): Naming {
  return 'naming' in client ? (client.naming as Naming) : AS_WRITTEN;
}

/** A statement that is somebody else's, to be sent as it is. */
export function asGiven<Config extends pg.QueryConfig>(statement: Config): Config {
  GIVEN.add(statement);
  return statement;
}

export function isAsGiven(statement: object): boolean {
  return GIVEN.has(statement);
}

const GIVEN = new WeakSet<object>();

const ENGINE = 'graphile_worker';

/** For the schema that all SQL is written for. */
const AS_WRITTEN: Naming = {
  name: DEFAULT_SCHEMA,
  statement: (text) => text,
  installed: (text) => text,
  engine: (schema) => schema,
  fromEngine: (schema) => (isEngine(schema, ENGINE) ? schema : undefined),
};

function rename(name: string): Naming {
  const engine = `${name}_engine`;
  const cached = new Map<string, string>();
  const renamed = renamer(name, engine);
  return {
    name,
    statement(text) {
      const before = cached.get(text);
      if (before !== undefined) return before;
      const after = renameStatement(text, name, renamed);
      if (cached.size >= MOST_CACHED) cached.clear();
      cached.set(text, after);
      return after;
    },
    installed: renamed,
    engine: (schema) => schema.replace(ENGINE, engine),
    fromEngine: (schema) => (isEngine(schema, engine) ? schema.replace(engine, ENGINE) : undefined),
  };
}

function isEngine(schema: string, engine: string): boolean {
  return schema === engine || schema.startsWith(`${engine}_`);
}

function renameStatement(text: string, name: string, renamed: (text: string) => string): string {
  const rename = (part: string): string =>
    splitStatement(part)
      .map(({ kind, piece, place }) => {
        if (kind === 'plain') return renamed(piece);
        if (kind === 'name') return IS_SCHEMA.test(piece) ? renamed(piece) : piece;
        if (kind === 'dollars') return inDollars(piece, rename);
        if (kind !== 'literal') return piece;
        if (IS_NAME.test(piece.slice(1, -1))) return renamed(piece);
        return piece === `'${DEFAULT_SCHEMA}'` && isSchemaAt(part, place) ? `'${name}'` : piece;
      })
      .join('');
  return rename(text);
}

/** The body of a function or a DO is code, so it is renamed as such; a text in dollars has no names but by chance. */
function inDollars(piece: string, rename: (text: string) => string): string {
  const quote = piece.slice(0, piece.indexOf('$', 1) + 1);
  return `${quote}${rename(piece.slice(quote.length, -quote.length))}${quote}`;
}

/** Whether the literal 'howdah' there is the name of a schema: it is that of much else. */
function isSchemaAt(text: string, place: number): boolean {
  const before = text.slice(Math.max(0, place - 20), place);
  return /(?:nspname|schemaname) (?:= |in \()$/.test(before) || text.startsWith('::regnamespace', place + 8);
}

/** A literal that is a name of Howdah's, such as 'howdah.tasks' in to_regclass, and nothing else. */
const IS_NAME = new RegExp(
  `^(howdah\\.[a-z_]+(\\(.*\\))?|howdah_(${OTHERS})(\\.\\w+)?|${ENGINE}(_[a-z0-9_]*)?(\\._?[a-z_]+)?|graphile\\\\+_worker\\\\+_%)$`,
);

/** A name in double quotes that is that of a schema or a role. */
const IS_SCHEMA = new RegExp(`^"(howdah(_(${OTHERS}))?|${ENGINE}(_[a-z0-9_]*)?)"$`);

function renamer(name: string, engine: string): (text: string) => string {
  const likeEngine = engine.replaceAll('_', '\\_');
  const rules: [RegExp, string][] = [
    [
      new RegExp(`(?<!set local )\\bhowdah(?=\\.(?:[a-z_"%]|$))(?<!'howdah(?=\\.(?:${SETTINGS})'))`, 'g'),
      name,
    ],
    [/"howdah"/g, `"${name}"`],
    [/\bschema howdah\b/gi, `schema ${name}`],
    [
      /(?<=(?:nspname|schemaname) (?:= |in \())'howdah'|(?<=array\[)'howdah'(?=, 'howdah_)|'howdah'(?=::regnamespace)/g,
      `'${name}'`,
    ],
    [new RegExp(`\\bhowdah_(?=(?:${OTHERS})\\b)`, 'g'), `${name}_`],
    [new RegExp(`\\b${ENGINE}(?![a-z])`, 'g'), engine],
    [/\bgraphile(\\+)_worker/g, `${likeEngine.replaceAll('\\', '$1')}`],
  ];
  return (text) => rules.reduce((done, [pattern, by]) => done.replace(pattern, by), text);
}
