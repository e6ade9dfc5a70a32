import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { RelevantFiles } from '../../src/cli/dev/relevant-files.ts';

let folder: string;
let files: RelevantFiles;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'howdah-files-'));
  await writeFile(join(folder, 'package.json'), '{}');
  files = new RelevantFiles(folder);
  files.begin();
});

afterEach(() => rm(folder, { recursive: true }));

const url = (path: string) => pathToFileURL(join(folder, path)).href;
const matter = (...paths: string[]) => paths.filter((path) => files.has(join(folder, path)));

/** A service that is up. */
function start(): void {
  files.add({ module: url('howdah.config.ts') });
  files.add({ module: `${url('lib/mailer.ts')}?v=1` });
  files.add({ folders: [url('tasks/'), url('drizzle/')], files: [url('crontab.txt')] });
  files.add('up');
}

const MADE_OF = [
  ...['howdah.config.ts', 'lib/mailer.ts', 'crontab.txt', '.env', '.env.local'],
  ...['tasks/new.ts', 'drizzle/0001.sql', 'drizzle/meta/_journal.json'],
];
const BESIDE = [
  ...['package-lock.json', 'npm-shrinkwrap.json', 'package.json', 'data.json'],
  ...['lib/mailer.test.ts', 'tasks/new.test.ts', 'tasks/note.txt'],
];

describe('changes that matter', () => {
  test('are those of files that the service is made of', () => {
    start();
    assert.deepEqual(matter(...MADE_OF, ...BESIDE), MADE_OF);
  });

  test('are those of package.json that say something new', async () => {
    start();
    await writeFile(join(folder, 'package.json'), '{}');
    assert.deepEqual(matter('package.json'), []);
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    assert.deepEqual(matter('package.json'), ['package.json']);
    assert.deepEqual(matter('package.json'), []);
  });

  test('are those of all code while one starts, and of all sources while there is none', () => {
    const sources = ['lib/missing.ts', 'data.json'];
    const beside = ['package-lock.json', 'notes.txt'];
    assert.deepEqual(matter(...sources, ...beside), ['lib/missing.ts']);
    start();
    assert.deepEqual(matter(...sources, ...beside), []);
    files.end();
    assert.deepEqual(matter(...sources, ...beside), sources);
  });
});
