import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import { namingOfClient } from '../naming.ts';
import { ENGINE_FINGERPRINT, ENGINE_OBJECTS } from './engine-objects.ts';

const QUERY = readFileSync(new URL('../sql/install/engine_objects.sql', import.meta.url), 'utf8');

/** A queue's engine schema is not what this version of Howdah was built for: its triggers could do harm there. */
export class EngineMismatchError extends Error {
  override readonly name = 'EngineMismatchError';
}

/** The objects of an engine schema by name (`table _private_jobs`, …), each with a short digest of its definition. */
export type EngineObjects = ReadonlyMap<string, string>;

/** Of each of the schemas, without the objects of Howdah's own. Empty where there is no such schema. One statement. */
export async function readEngineObjects(
  client: Pick<ClientBase, 'query'>,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, EngineObjects>> {
  const objects = new Map(schemas.map((schema) => [schema, new Map<string, string>()]));
  const { rows } = await client.query<{ schema: string; name: string; detail: string }>(QUERY, [schemas]);
  for (const { schema, name, detail } of rows) objects.get(schema)?.set(name, digest(detail).slice(0, 12));
  return objects;
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
 * Cheap: one statement, whatever the number of schemas.
 *
 * @throws {EngineMismatchError} naming the first schema that differs and every object that is missing, changed or unknown
 */
export async function checkEngines(
  client: Pick<ClientBase, 'query'>,
  schemas: readonly string[],
): Promise<void> {
  const { engine } = namingOfClient(client);
  for (const [schema, objects] of await readEngineObjects(client, schemas.map(engine))) {
    if (engineFingerprint(objects) === ENGINE_FINGERPRINT) continue;
    throw new EngineMismatchError(
      `Schema "${schema}" is not the graphile-worker 0.18.0 that this version of Howdah was built for: ` +
        `${differences(objects).join('; ')}. Another version of graphile-worker, or somebody, changed it. ` +
        'Undo that, or run the version of Howdah that belongs to it.',
    );
  }
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
