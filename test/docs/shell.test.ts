import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { PageWalk } from './page-walk.ts';
import { type Block, readBlocks } from './read-blocks.ts';

const ROOT = join(import.meta.dirname, '../..');
const execute = promisify(execFile);

/** npm, and a Postgres that is made from nothing, take what they take. */
const LIMIT = { timeout: 600_000 };

describe('what is typed in the documentation', LIMIT, () => {
  let folder: string;
  let database: TestDatabase;
  let tarball: string;
  let ports: [number, number];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'howdah-docs-'));
    database = await createEmptyDatabase();
    ports = [await freePort(), await freePort()];
    const sources = join(folder, 'sources');
    await copySources(sources); // so that nobody who builds at the same time is in the way
    await symlink(join(ROOT, 'node_modules'), join(sources, 'node_modules'));
    await execute('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: sources });
    tarball = join(folder, (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '');
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await database.drop();
  });

  /** In a folder of its own, as somebody whose environment says nothing. */
  async function begin(name: string): Promise<PageWalk> {
    await mkdir(join(folder, name));
    return new PageWalk({
      folder: join(folder, name),
      env: { HOME: process.env['HOME'] ?? '', PORT: String(ports[0]), npm_config_prefer_offline: 'true' },
      instead: {
        'npm install howdah': `npm install ${tarball}`,
        'localhost:3000': `localhost:${ports[0]}`,
        '8080': String(ports[1]),
        'postgres://user:password@localhost:5432/shop': database.connectionString,
      },
    });
  }

  test('works in an empty folder, in docs/use-it.md', LIMIT, async () => {
    await using walk = await begin('use-it');
    const blocks = readBlocks('docs/use-it.md');
    await walk.follow(under(blocks, 'An application to begin with'));
    await waitFor('a greeting', () => walk.said.includes('Hello, Ada!'));
    await walk.stop();
    const untilWorker = ['Your own database', 'A task with your own services', 'Enqueue in your transaction'];
    for (const section of untilWorker) await walk.follow(under(blocks, section));
    await walk.follow(under(blocks, 'Run a worker'));
    await waitFor('a receipt', () => walk.said.includes('mail to ada@example.com: Thank you for order a-1'));
    assert.match((await walk.follow(under(blocks, 'By the clock'))).join('\n'), /send_receipt/);
    const answers = await walk.follow(under(blocks, 'The HTTP API in your own server'));
    assert.equal(JSON.parse(answers.at(-1) ?? '').jobs[0].task, 'send_receipt');
    assert.match((await walk.follow(under(blocks, 'Test it'))).join('\n'), /pass 2/);
  });

  test('works in an empty folder, in README.md', LIMIT, async () => {
    await using walk = await begin('readme');
    const blocks = readBlocks('README.md').filter(({ language }) => language === 'sh');
    await walk.follow(under(blocks, 'Ten minutes'));
    await waitFor('a greeting', () => walk.said.includes('Hello, Ada!'));
    const answers = await walk.follow(under(blocks, 'Operate'));
    assert.match(answers.join('\n'), /say_hello|completed/);
  });

  test('works in a clone, in README.md', LIMIT, async () => {
    await using walk = await begin('bank');
    await copySources(join(folder, 'bank/howdah'));
    await walk.follow([{ language: 'sh', text: 'cd howdah', line: 0, section: '' }]);
    const blocks = under(readBlocks('README.md'), 'The bank').filter(({ language }) => language === 'sh');
    const answers = (await walk.follow(blocks)).filter((answer) => answer.startsWith('{'));
    const [signUp, ada, enqueued] = answers.map((answer) => JSON.parse(answer));
    assert.deepEqual(signUp, { accepted: true });
    assert.equal(ada.user.account, 'ada');
    assert.equal(enqueued.job.task, 'send_welcome_email');
  });
});

/** As a clone has them, with what is not committed yet. */
function copySources(to: string): Promise<void> {
  const made = /^(node_modules|dist|\.git|\.howdah)$|\/node_modules$/;
  return cp(ROOT, to, { recursive: true, filter: (path) => !made.test(relative(ROOT, path)) });
}

function under(blocks: readonly Block[], section: string): Block[] {
  const found = blocks.filter((block) => block.section === section);
  assert.ok(found.length > 0, `nothing is under "${section}"`);
  return found;
}

/** A moment later somebody else may have it; nobody here listens at ports that were not given. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
