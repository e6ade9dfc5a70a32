import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { developmentKey, developmentTokens } from '../../src/config/secrets/development-secrets.ts';
import { ConfigError, loadConfig } from '../../src/config.ts';
import { PRODUCTION } from './variables.ts';

const GENERATED = /^[\w-]{43}$/;
const PROGRAM = `
  import { loadConfig } from ${JSON.stringify(import.meta.resolve('../../src/config.ts'))};
  import { developmentKey, developmentTokens } from ${JSON.stringify(import.meta.resolve('../../src/config/secrets/development-secrets.ts'))};
  const config = loadConfig({ DATA_DIR: process.argv[1] });
  process.stdin.once('data', async () => {
    process.stdout.write(JSON.stringify({ secretKey: await developmentKey(config), ...(await developmentTokens(config)) }));
    process.stdin.destroy();
  });
  process.stdout.write('ready;');
`;

describe('developmentSecrets', () => {
  let folder: string;
  let dataDir: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'howdah-secrets-'));
    dataDir = join(folder, 'a', 'b');
    file = join(dataDir, 'secrets.json');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const secretsWith = async (env: Record<string, string> = {}) => {
    const config = loadConfig({ DATA_DIR: dataDir, ...env });
    return { secretKey: await developmentKey(config), ...(await developmentTokens(config)) };
  };

  test('generates 32 random bytes for each secret', async () => {
    const values = Object.values(await secretsWith());
    assert.equal(new Set(values).size, 4);
    for (const value of values) assert.match(value ?? '', GENERATED);
  });

  test('returns the same secrets after a restart', async () => {
    assert.deepEqual(await secretsWith(), await secretsWith());
  });

  test('keeps them in a file that its owner alone may read, and leaves no other', async () => {
    await secretsWith();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual((await readdir(dataDir)).sort(), ['.gitignore', 'secrets.json']);
  });

  test('keeps a folder that it makes out of git, and writes no such file where one was there', async () => {
    await secretsWith();
    assert.equal(await readFile(join(dataDir, '.gitignore'), 'utf8'), '*\n');
    await secretsWith({ DATA_DIR: folder });
    assert.deepEqual((await readdir(folder)).sort(), ['a', 'secrets.json']);
  });

  test('prefers what is configured, one by one', async () => {
    const kept = await secretsWith();
    assert.deepEqual(await secretsWith({ ADMIN_TOKEN: 'mine' }), { ...kept, adminToken: 'mine' });
    assert.deepEqual(await secretsWith({ VIEWER_TOKEN: 'mine' }), { ...kept, viewerToken: 'mine' });
    assert.deepEqual(await secretsWith({ WORKER_TOKEN: 'mine' }), { ...kept, workerToken: 'mine' });
  });

  test('writes nothing when everything is configured', async () => {
    await developmentTokens(loadConfig({ DATA_DIR: dataDir, ADMIN_TOKEN: 'a', VIEWER_TOKEN: 'v' }));
    assert.deepEqual(await readdir(folder), []);
  });

  test('generates nothing in production', async () => {
    const config = loadConfig({ DATA_DIR: dataDir, ...PRODUCTION });
    const { ADMIN_TOKEN: adminToken } = PRODUCTION;
    assert.deepEqual(await developmentTokens(config), {
      ...{ adminToken, viewerToken: undefined, workerToken: undefined },
    });
    await assert.rejects(developmentKey(config), /no development key in production/);
    assert.deepEqual(await readdir(folder), []);
  });

  test('agrees with itself when called many times at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => secretsWith()));
    assert.equal(new Set(all.map((each) => JSON.stringify(each))).size, 1);
    assert.deepEqual((await readdir(dataDir)).sort(), ['.gitignore', 'secrets.json']);
  });

  test('agrees between processes that start at once', async () => {
    const children = [1, 2].map(() =>
      spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, dataDir], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    await Promise.all(children.map((child) => once(child.stdout, 'readable')));
    const outputs = children.map((child) => text(child.stdout));
    for (const child of children) child.stdin.end('go');
    const [one, other] = await Promise.all(outputs);
    assert.match(one ?? '', /^ready;\{"secretKey":"[\w-]{43}"/);
    assert.equal(one, other);
  });

  const damages: [string, (json: string) => string][] = [
    ['empty', () => ''],
    ['cut off', (json) => json.slice(0, -10)],
    ['not an object', () => 'null'],
    ['without a secret', (json) => json.replace('viewerToken', 'other')],
    ['with a secret that is too short', (json) => json.replace(/[\w-]{43}/, 'short')],
  ];
  for (const [damage, inflict] of damages) {
    test(`says so when the file is ${damage}, shows no secret and leaves it as it is`, async () => {
      const secrets = await secretsWith();
      await writeFile(file, inflict(await readFile(file, 'utf8')));
      const before = await readFile(file, 'utf8');
      const error = await secretsWith().catch((reason: unknown) => reason);
      assert.ok(error instanceof ConfigError);
      assert.match(
        error.message,
        /DATA_DIR: the generated secrets in .*secrets\.json are damaged; delete it/,
      );
      for (const secret of Object.values(secrets)) assert.ok(secret && !error.message.includes(secret));
      assert.equal(await readFile(file, 'utf8'), before);
    });
  }

  test('says so when the data folder cannot be made', async () => {
    await writeFile(join(folder, 'a'), 'a file in the way');
    await assert.rejects(secretsWith(), {
      name: 'ConfigError',
      message: /DATA_DIR: expected a folder .*ENOTDIR/,
    });
  });
});
