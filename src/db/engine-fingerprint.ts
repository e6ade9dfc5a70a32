import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import { ENGINE_FINGERPRINT, ENGINE_OBJECTS } from './engine-objects.ts';

const QUERY = readFileSync(new URL('./sql/install/engine_objects.sql', import.meta.url), 'utf8');

/** A queue's engine schema is not what this version of Howdah was built for: its triggers could do harm there. */
export class EngineMismatchError extends Error {
  override readonly name = 'EngineMismatchError';
}

/** The objects of an engine schema by name (`table _private_jobs`, …), each with a short digest of its definition. */
export type EngineObjects = ReadonlyMap<string, string>;

/** Without the objects of Howdah's own. Empty when there is no such schema. */
export async function readEngineObjects(
  client: Pick<ClientBase, 'query'>,
  schema: string,
): Promise<EngineObjects> {
  const { rows: found } = await client.query('select from pg_namespace where nspname = $1', [schema]);
  if (found.length === 0) return new Map();
  const { rows } = await client.query<{ name: string; detail: string }>(QUERY, [schema]);
  return new Map(rows.map(({ name, detail }) => [name, digest(detail).slice(0, 12)]));
}

/** One name for all the objects, the same on every supported Postgres and for every queue. */
export function engineFingerprint(objects: EngineObjects): string {
  return digest(
    [...objects]
      .map(([name, hash]) => `${name}=${hash}`)
      .sort()
      .join('\n'),
  );
}

/**
 * Cheap: one statement.
 *
 * @throws {EngineMismatchError} naming the schema and every object that is missing, changed or unknown
 */
export async function checkEngine(client: Pick<ClientBase, 'query'>, schema: string): Promise<void> {
  const objects = await readEngineObjects(client, schema);
  if (engineFingerprint(objects) === ENGINE_FINGERPRINT) return;
  throw new EngineMismatchError(
    `Schema "${schema}" is not the graphile-worker 0.18.0 that this version of Howdah was built for: ` +
      `${differences(objects).join('; ')}. Another version of graphile-worker, or somebody, changed it. ` +
      'Undo that, or run the version of Howdah that belongs to it.',
  );
}

function differences(objects: EngineObjects): string[] {
  const expected = new Map(Object.entries(ENGINE_OBJECTS));
  const missing = [...expected.keys()].filter((name) => !objects.has(name));
  const changed = [...expected].filter(([name, hash]) => objects.has(name) && objects.get(name) !== hash);
  const unknown = [...objects.keys()].filter((name) => !expected.has(name));
  return [
    ...missing.map((name) => `${name} is missing`),
    ...changed.map(([name]) => `${name} is different`),
    ...unknown.map((name) => `${name} is unknown`),
  ];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
