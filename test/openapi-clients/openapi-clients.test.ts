import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { openBank } from '../integration/bank.ts';
import { openService } from '../integration/open-service.ts';
import { type InstalledClients, installClients } from './installed-clients.ts';

/** What each generator is called with, and the session of what it made. */
const GENERATORS = [
  {
    name: 'openapi-typescript',
    program: 'openapi-typescript/bin/cli.js',
    args: ['openapi.json', '-o', 'generated/openapi-typescript.ts'],
    session: 'openapi-fetch',
  },
  {
    name: '@hey-api/openapi-ts',
    program: '@hey-api/openapi-ts/bin/run.js',
    args: ['-i', 'openapi.json', '-o', 'generated/hey-api'],
    session: 'hey-api',
  },
  {
    name: 'orval',
    program: 'orval/dist/bin/orval.mjs',
    args: ['--config', 'orval.config.mjs'],
    session: 'orval',
  },
];

const stack = new AsyncDisposableStack();
let clients: InstalledClients;
let url: string;
before(async () => {
  [clients, { url }] = await Promise.all([installClients(), openServiceWithQueue('leased')]);
  stack.defer(() => clients.remove());
  const document = await (await fetch(`${url}/openapi.json`)).text();
  await writeFile(join(clients.folder, 'openapi.json'), document);
});
after(() => stack.disposeAsync());

/** The service, with a queue that none of its workers serves. */
async function openServiceWithQueue(queue: string) {
  const bank = await openBank(stack);
  await migrateDatabase({ connectionString: bank.database.connectionString, queues: [queue] });
  return openService(stack, { bank });
}

describe('/openapi.json, in the eyes of others', () => {
  test('is clean to Redocly, with every example as its schema has it', async () => {
    await clients.runTool('@redocly/cli/bin/cli.js', [
      ...['lint', 'openapi.json', '--config', 'redocly.yaml'],
      ...['--format', 'stylish'],
    ]);
  });

  test('is clean to Spectral, hints included', async () => {
    const said = await clients.runTool('@stoplight/spectral-cli/dist/index.js', [
      ...['lint', 'openapi.json', '--ruleset', 'spectral.yaml'],
      ...['--fail-severity', 'hint'],
    ]);
    assert.match(said, /No results/);
  });

  test('makes clients that compile strictly', async () => {
    for (const { program, args } of GENERATORS) await clients.runTool(program, args);
    await clients.runTool('typescript/bin/tsc', ['--pretty', 'false']);
  });

  for (const { name, session } of GENERATORS) {
    test(`makes a client of ${name} that enqueues, waits, pages, retries, pauses, hears events and works by a lease`, async () => {
      const env = { HOWDAH_URL: url, HOWDAH_TOKEN: 'the-operator-for-tests' };
      await clients.runFile(`compiled/clients/${session}.js`, env);
    });
  }
});
