import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { parseSchemaName } from '../../src/config/database/schema-name.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let client: pg.Client;

before(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
});

after(async () => {
  await client.end();
  await database.drop();
});

/** A name as Howdah's SQL uses it, unquoted, in each place. Nothing of it runs. */
const uses = (name: string) => `
  create function pg_temp.uses() returns void language plpgsql as $$
  declare
    v_row record;
    v_other ${name}.jobs;
    v_type ${name}.jobs%rowtype;
  begin
    create schema ${name};
    grant usage on schema ${name} to public;
    perform ${name}.f(1), (${name}.f(2)).x from ${name}.jobs j where ${name}.f(j) is null;
    for v_row in select ${name}.f(1) from ${name}.jobs loop
      if ${name}.f(v_row) then
        v_row := ${name}.f(1);
        insert into ${name}.jobs as j select * from ${name}.f(1) on conflict do nothing returning 1 into v_row;
        update ${name}.jobs j set id = ${name}.f(1) from ${name}.jobs o;
        delete from ${name}.jobs using ${name}.jobs o where true;
      end if;
    end loop;
    execute 'x' using ${name}.f(1);
  end $$`;

async function isTaken(name: string): Promise<boolean> {
  await client.query('begin');
  try {
    await client.query(`create schema "${name}"; create table "${name}".jobs (id integer)`);
    await client.query(uses(name));
    return true;
  } catch (error) {
    if ((error as pg.DatabaseError).code === '42601') return false;
    throw error;
  } finally {
    await client.query('rollback');
  }
}

function isAccepted(name: string): boolean {
  try {
    return parseSchemaName(name) === name;
  } catch {
    return false;
  }
}

test('every word of SQL that is accepted as HOWDAH_SCHEMA can be one', async () => {
  const { rows } = await client.query<{ word: string }>(
    'select word from pg_get_keywords() where length(word) <= 15',
  );
  const accepted = rows.map(({ word }) => word).filter(isAccepted);
  assert.ok(accepted.length > 200);
  for (const word of accepted) assert.ok(await isTaken(word), word);
  assert.equal(await isTaken('user'), false);
});
