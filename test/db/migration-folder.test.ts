import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { readMigrations } from '../../src/db/migration/migration-folder.ts';
import { type MigrationFolder, makeMigrationFolder } from '../support/migration-folder.ts';

let folder: MigrationFolder;

beforeEach(async () => {
  folder = await makeMigrationFolder();
});

afterEach(() => folder.remove());

const refuse = (message: RegExp, url = folder.url) =>
  assert.throws(() => readMigrations(url), { name: 'MigrationFolderError', message });

const writeJournal = (text: string) => writeFile(join(folder.path, 'meta/_journal.json'), text);

test('migrations are read in the order of the journal, not of their stamps or names', async () => {
  await folder.add('0001_b', 'select 1', 2_000);
  await folder.add('0000_a', 'select 2', 1_000);
  assert.deepEqual(
    readMigrations(folder.url).map(({ name, when, text }) => [name, when, text]),
    [
      ['0001_b', 2_000, 'select 1'],
      ['0000_a', 1_000, 'select 2'],
    ],
  );
});

test('a folder without a journal is refused, with what makes one', () => {
  refuse(/meta\/_journal\.json cannot be read \(drizzle-kit generate makes it\)/, pathToFileURL('/nowhere'));
});

test('a file that the journal names and is not there is refused', async () => {
  await writeJournal('{"dialect":"postgresql","entries":[{"tag":"0000_gone","when":1}]}');
  refuse(/0000_gone\.sql cannot be read \(the journal beside it names this migration\)/);
});

test('a numbered file that the journal does not name is refused, any other is not', async () => {
  await folder.add('0000_a', 'select 1');
  await writeFile(join(folder.path, 'seed.sql'), 'select 1');
  assert.equal(readMigrations(folder.url).length, 1);
  await writeFile(join(folder.path, '0001_stray.sql'), 'select 1');
  refuse(/0001_stray\.sql is not in meta\/_journal\.json, and so would never be applied/);
});

for (const [text, message] of [
  ['no json', /_journal\.json is not JSON/],
  ['null', /_journal\.json is of the dialect undefined, expected postgresql/],
  ['{"dialect":"sqlite","entries":[]}', /of the dialect sqlite, expected postgresql/],
  ['{"dialect":"postgresql","entries":[{"tag":1}]}', /has not the form that drizzle-kit gives it/],
  [
    '{"dialect":"postgresql","entries":[{"tag":"0000_a","when":1},{"tag":"0000_a","when":2}]}',
    /names 0000_a twice/,
  ],
] as const) {
  test(`a journal is refused that is ${text}`, async () => {
    await writeJournal(text);
    refuse(message);
  });
}
