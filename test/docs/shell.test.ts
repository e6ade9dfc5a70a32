import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { freePort } from '../support/free-port.ts';
import { startOwnServer } from '../support/own-server.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { confirmByMail } from './confirm-by-mail.ts';
import { MadeImage } from './made-image.ts';
import type { PageWalk } from './page-walk.ts';
import { type Block, PAGES, readBlocks } from './read-blocks.ts';
import { copySources, openScratchGround, type ScratchGround } from './scratch-ground.ts';

const ROOT = join(import.meta.dirname, '../..');

/** npm, and a Postgres that is made from nothing, take what they take. */
const LIMIT = { timeout: 900_000 };

describe('what is typed in the documentation', LIMIT, () => {
  let ground: ScratchGround;
  let database: TestDatabase;
  const followed = new Set<string>();

  before(async () => {
    [ground, database] = await Promise.all([openScratchGround(), createEmptyDatabase()]);
  });
  after(() => Promise.all([ground.remove(), database.drop()]));

  async function follow(walk: PageWalk, blocks: readonly Block[]): Promise<string[]> {
    const outputs = await walk.follow(blocks);
    for (const block of blocks) followed.add(placeOf(block));
    return outputs;
  }

  test('works in an empty folder, in docs/use-it.md', LIMIT, async () => {
    const instead = { 'postgres://user:password@localhost:5432/shop': database.connectionString };
    await using walk = await ground.begin('use-it', { instead });
    const blocks = readBlocks('docs/use-it.md');
    await follow(walk, under(blocks, 'An application to begin with'));
    await waitFor('a greeting', () => walk.said.includes('Hello, Ada!'));
    await walk.stop();
    const untilWorker = ['Your own database', 'A task with your own services', 'Enqueue in your transaction'];
    for (const section of untilWorker) await follow(walk, under(blocks, section));
    await follow(walk, under(blocks, 'Run a worker'));
    await waitFor('a receipt', () => walk.said.includes('mail to ada@example.com: Thank you for order a-1'));
    assert.match((await follow(walk, under(blocks, 'By the clock'))).join('\n'), /send_receipt/);
    const answers = await follow(walk, under(blocks, 'The HTTP API in your own server'));
    assert.equal(JSON.parse(answers.at(-1) ?? '').jobs[0].task, 'send_receipt');
    assert.match((await follow(walk, under(blocks, 'Test it'))).join('\n'), /pass 2/);
  });

  test('works in an empty folder, in README.md', LIMIT, async () => {
    await using walk = await ground.begin('readme');
    const blocks = shellOf('README.md');
    await follow(walk, under(blocks, 'Ten minutes'));
    await waitFor('a greeting', () => walk.said.includes('Hello, Ada!'));
    const answers = await follow(walk, under(blocks, 'Operate'));
    assert.match(answers.join('\n'), /say_hello|completed/);
  });

  test('works in a clone, in README.md, docs/http.md, docs/cli.md and CONTRIBUTING.md', LIMIT, async () => {
    await using walk = await ground.begin('bank');
    await copySources(join(ground.folder, 'bank/howdah'));
    await type(walk, 'cd howdah');
    const [start, signUp, ...rest] = under(shellOf('README.md'), 'The bank');
    const [added] = toAnswers(
      await follow(
        walk,
        [start, signUp].filter((block) => block !== undefined),
      ),
    );
    assert.deepEqual(added, { accepted: true });
    await confirmByMail(`http://127.0.0.1:${ground.ports[0]}`);
    const [ada, enqueued] = toAnswers(await follow(walk, rest));
    assert.deepEqual([ada.user.account, ada.user.email_verified], ['ada', true]);
    assert.equal(enqueued.job.task, 'send_welcome_email');
    const [counted] = toAnswers(await follow(walk, shellOf('docs/http.md')));
    assert.deepEqual([counted.dry_run, counted.is_complete], [true, true]);
    await type(walk, `npx howdah sql --write "select setval('howdah.job_id_seq', 4710)"`);
    await type(walk, `npx howdah enqueue send_welcome_email '{"user_account":"ada"}' --delay 1h`);
    assert.match((await follow(walk, shellOf('docs/cli.md'))).join('\n'), /"job_id": "4711"|scheduled/);
    assert.match((await type(walk, 'bash -ic "complete -p howdah"')).join(), /complete .*howdah/);
    await follow(walk, await leaveOutWhatCiTypes(shellOf('CONTRIBUTING.md')));
  });

  test(
    'works with an application and two roles, in docs/deploying.md and docs/production.md',
    LIMIT,
    async () => {
      await using stack = new AsyncDisposableStack();
      const server = await startOwnServer(stack);
      const address = new URL(server.url);
      const runSql = (text: string) => runAsOwner(server.url, text);
      const instead = { '@db/bank': `@${address.host}/bank` };
      const walk = stack.use(await ground.begin('deployed', { instead, runSql }));
      const blocks = readBlocks('docs/deploying.md').filter(({ language }) => /^(sh|sql)$/.test(language));
      await type(walk, `npm install howdah\nnpx howdah init\nexport DATABASE_URL=${server.url}`);
      await tryImage(ground, server.url);
      await follow(walk, under(blocks, 'The shortest way'));
      await follow(walk, shellOf('docs/production.md'));
      await follow(walk, under(blocks, 'Two roles'));
      await runSql('create table orders (id text)');
      await follow(walk, under(blocks, 'An application'));
      await type(walk, `DATABASE_URL=${atBank(server.url)} HOWDAH_SCHEMA=staging npx howdah migrate`);
      await follow(walk, under(blocks, 'Several Howdahs in one database'));
    },
  );

  test('is typed here, all of it', () => {
    const printed = PAGES.flatMap(shellOf).map(placeOf);
    assert.deepEqual(
      printed.filter((place) => !followed.has(place)),
      [],
    );
  });
});

/** What docs/production.md makes of the application in the folder `deployed`. */
async function tryImage(ground: ScratchGround, url: string): Promise<void> {
  const [block] = readBlocks('docs/production.md').filter(({ language }) => language === 'dockerfile');
  const image = await MadeImage.make(block?.text ?? '', {
    context: join(ground.folder, 'deployed'),
    folder: join(ground.folder, 'image'),
    env: ground.env,
  });
  await using running = new AsyncDisposableStack();
  const env = { DATABASE_URL: url, HEALTH_PORT: String(await freePort()) };
  await image.run(running, env);
  await image.checkHealth(env);
}

function placeOf({ page, line }: Block): string {
  return `${page}:${line}`;
}

function shellOf(page: string): Block[] {
  return readBlocks(page).filter(({ language }) => language === 'sh');
}

function type(walk: PageWalk, text: string): Promise<string[]> {
  return walk.follow([{ page: '', language: 'sh', text: `${text}\n`, line: 0, section: '' }]);
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the API answers
function toAnswers(outputs: readonly string[]): any[] {
  return outputs.filter((output) => output.startsWith('{')).map((output) => JSON.parse(output));
}

function under(blocks: readonly Block[], section: string): Block[] {
  const found = blocks.filter((block) => block.section.startsWith(section));
  assert.ok(found.length > 0, `nothing is under "${section}"`);
  return found;
}

/** This very test is a part of what CI types, and the service was started as README.md says. */
async function leaveOutWhatCiTypes(blocks: readonly Block[]): Promise<Block[]> {
  const typed = (await readFile(join(ROOT, '.ci/run'), 'utf8')).match(/^npm .*?(?= 2>|$)/gm) ?? [];
  const isTyped = (command: string) => [...typed, 'npm start'].includes(command);
  return blocks.map((block) => {
    const lines = block.text.split('\n');
    const left = lines.filter(
      (line) =>
        !line
          .replace(/\s+#.*$/, '')
          .split(' && ')
          .every(isTyped),
    );
    assert.ok(left.length < lines.length, 'CI types something of it');
    return { ...block, text: left.join('\n') };
  });
}

function atBank(url: string): string {
  return url.replace(/\/postgres$/, '/bank');
}

/** In the database of the page, once that is there. */
async function runAsOwner(url: string, text: string): Promise<void> {
  for (const connectionString of [atBank(url), url]) {
    const client = new pg.Client({ connectionString });
    try {
      await client.connect();
      for (const statement of text.split(/;.*\n/)) if (statement.trim()) await client.query(statement);
      return;
    } catch (error) {
      if ((error as pg.DatabaseError).code !== '3D000') throw error;
    } finally {
      await client.end();
    }
  }
}
