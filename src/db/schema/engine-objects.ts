/**
 * The engine schema that this version is built for: graphile-worker 0.18.0, schema version 20. Made of a fresh schema by
 * readEngineObjects (src/db/schema/engine-fingerprint.ts); test/db/engine-fingerprint.test.ts says when it must change.
 */
export const ENGINE_FINGERPRINT = '2e6f6463609baa394d3bd7eec2d3b2a2f8cbe8c5e45d1ad35934e510bc1edac9';

/** Every object with a short digest of its definition, so that a difference can be named. */
export const ENGINE_OBJECTS: Readonly<Record<string, string>> = {
  'function add_job(text, json, text, timestamptz, int4, text, int4, _text, text)': '28a5cfdb25b1',
  'function add_jobs(_job_spec, bool)': '7356a791c45f',
  'function complete_jobs(_int8)': 'a0f47e3b45b4',
  'function force_unlock_workers(_text)': '83ab3553f5e0',
  'function permanently_fail_jobs(_int8, text)': '8a47651f9054',
  'function remove_job(text)': '4f4b61737cb9',
  'function reschedule_jobs(_int8, timestamptz, int4, int4, int4)': 'c1a619d9830e',
  'table _private_job_queues': '4c536bc49376',
  'table _private_jobs': '50b7a7073798',
  'table _private_known_crontabs': 'a647661f72cb',
  'table _private_tasks': 'b995cb0ecec4',
  'table migrations': '7dc6b4de0b8e',
  'type job_spec': 'fc4ed98b6e59',
  'view jobs': '14cfd3a59d55',
};
