import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError } from '../../src/config/mistakes/config-error.ts';
import { loadConfig } from '../../src/config.ts';
import { namingOf } from '../../src/db/naming.ts';
import { renderRepeatableSql } from '../../src/db/schema/repeatable-sql.ts';

const staging = namingOf('staging');

/** A statement, and the same for `staging`. */
const STATEMENTS: [string, string][] = [
  ['select * from howdah.jobs', 'select * from staging.jobs'],
  ['select howdah."jobs".id', 'select staging."jobs".id'],
  ['select \'a\', howdah."jobs"', 'select \'a\', staging."jobs"'],
  ['select "howdah"."jobs".id', 'select "staging"."jobs".id'],
  ["to_regclass('howdah.jobs')", "to_regclass('staging.jobs')"],
  [
    "has_function_privilege('howdah.grant_roles()', 'execute')",
    "has_function_privilege('staging.grant_roles()', 'execute')",
  ],
  ["where nspname = 'howdah'", "where nspname = 'staging'"],
  ["in_pieces('howdah'::regnamespace)", "in_pieces('staging'::regnamespace)"],
  ['grant howdah_worker to x; listen howdah_control', 'grant staging_worker to x; listen staging_control'],
  ['lock table howdah_migrations.t', 'lock table staging_migrations.t'],
  ['select from graphile_worker._private_jobs', 'select from staging_engine._private_jobs'],
  ['select from "graphile_worker_mail".jobs', 'select from "staging_engine_mail".jobs'],
  [`select E'it\\'s', howdah.retry_delay(1)`, `select E'it\\'s', staging.retry_delay(1)`],
  [`select 1 as "it's", 'a' from howdah.jobs`, `select 1 as "it's", 'a' from staging.jobs`],
  ["select $$it is 5 o'clock$$ from howdah.jobs", "select $$it is 5 o'clock$$ from staging.jobs"],
  ["/* /* it's */ */ select from howdah.jobs", "/* /* it's */ */ select from staging.jobs"],
  ["do $do$ begin perform howdah.f('a'); end $do$", "do $do$ begin perform staging.f('a'); end $do$"],
  ["n.nspname like 'graphile\\_worker\\_%'", "n.nspname like 'staging\\_engine\\_%'"],
];

/** What is the same for every Howdah: values, comments, keys of JSON, settings. */
const LEFT_ALONE = [
  "select 'see howdah.jobs, or graphile_worker.jobs'",
  "select 'it''s howdah.jobs'",
  "select 1 -- it's howdah.jobs\n",
  "select /* it's howdah.jobs */ 1",
  `select E'it\\'s howdah.jobs'`,
  'select 1 as "it\'s howdah.jobs"',
  "flags -> 'howdah' ->> 'howdah_misfit'",
  "set_config('howdah.actor', 'ada', true)",
  "'graphile-worker', howdah_failed, my_howdah.jobs, $howdah$",
];

describe('a statement for another Howdah', () => {
  for (const [given, expected] of STATEMENTS) {
    test(`names its own: ${given}`, () => {
      assert.equal(staging.statement(given), expected);
      assert.equal(staging.statement(expected), expected);
      assert.equal(namingOf('howdah').statement(given), given);
    });
  }

  for (const given of LEFT_ALONE) {
    test(`leaves alone: ${given.trim()}`, () => assert.equal(staging.statement(given), given));
  }
});

test('what is installed is renamed in comments and texts as well', () => {
  assert.equal(
    staging.installed("comment on view howdah.jobs is 'As howdah.queues has it'"),
    "comment on view staging.jobs is 'As staging.queues has it'",
  );
});

test('every setting that is installed keeps its name', () => {
  const settings =
    renderRepeatableSql(['default']).match(/(current_setting|set_config)\('howdah\.\w+'/g) ?? [];
  assert.ok(settings.length > 10);
  for (const setting of new Set(settings)) assert.equal(staging.installed(setting), setting);
});

test('schemas of the engine are translated both ways', () => {
  assert.equal(staging.engine('graphile_worker'), 'staging_engine');
  assert.equal(staging.fromEngine('staging_engine_mail'), 'graphile_worker_mail');
  assert.equal(staging.fromEngine('graphile_worker'), undefined);
  assert.equal(namingOf('howdah').fromEngine('staging_engine'), undefined);
});

describe('HOWDAH_SCHEMA', () => {
  const load = (schema: string, url = 'postgres://localhost/db') =>
    loadConfig({ DATABASE_URL: url, DATABASE_DIRECT_URL: url, HOWDAH_SCHEMA: schema });

  test('goes with the addresses', () => {
    const { databaseUrl, databaseDirectUrl, schema } = load('staging');
    assert.equal(databaseUrl, 'postgres://localhost/db?howdah_schema=staging');
    assert.equal(databaseDirectUrl, databaseUrl);
    assert.equal(schema, 'staging');
    assert.equal(load('', 'postgres://localhost/db?howdah_schema=staging').schema, 'staging');
    assert.equal(load('howdah').databaseUrl, 'postgres://localhost/db');
  });

  for (const name of [
    'Staging',
    '1st',
    'a-b',
    'sixteen_letters_',
    'public',
    'pg_mine',
    'graphile_worker',
    'x_engine',
    'x_engine_mail',
    'pg',
    'user',
    'loop',
    'a"b',
    "a'b",
    'howdah_worker',
  ]) {
    test(`is refused: ${name}`, () => {
      assert.throws(
        () => load(name),
        (error) => error instanceof ConfigError && /HOWDAH_SCHEMA/.test(error.message),
      );
    });
  }
});
