import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { createEmptyDatabase } from '../support/test-database.ts';
import { MadeImage } from './made-image.ts';
import { copySources } from './scratch-ground.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCKERFILE = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
const LIMIT = { timeout: 600_000 };

/** As docker-compose.yml has them. */
const SETTINGS = {
  PUBLIC_URL: 'http://localhost:3000',
  SMTP_URL: 'smtp://127.0.0.1:9',
  SECRET_KEY: 'a-secret-key-for-tests-of-32-characters',
  ADMIN_TOKEN: 'the-operator-for-tests-of-32-characters',
  LOG_LEVEL: 'info',
};

test(
  'what the Dockerfile makes migrates, serves and works, and its health check finds both',
  LIMIT,
  async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'howdah-image-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    await copySources(join(folder, 'context'));
    const database = await createEmptyDatabase();
    stack.defer(() => database.drop());
    const image = await MadeImage.make(DOCKERFILE.replace('npm cache clean --force', 'true'), {
      context: join(folder, 'context'),
      folder: join(folder, 'app'),
      env: { PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, HOME: process.env['HOME'] ?? '' },
    });
    const ports = { PORT: String(await freePort()), HEALTH_PORT: String(await freePort()) };
    const env = { ...SETTINGS, ...ports, DATABASE_URL: database.connectionString };
    await assert.rejects(image.checkHealth(ports), 'nobody is up yet');
    for (const role of ['api', 'worker']) {
      await using running = new AsyncDisposableStack();
      await image.run(running, env, [...image.command, role]);
      await image.checkHealth(ports);
    }
  },
);

test('what the Dockerfile copies is not ignored', async () => {
  const ignored = await readFile(join(ROOT, '.dockerignore'), 'utf8');
  const sources = [...DOCKERFILE.matchAll(/^COPY (.*) \S+$/gm)].flatMap(([, list = '']) => list.split(' '));
  assert.ok(sources.length > 5);
  for (const source of sources) {
    assert.match(ignored, new RegExp(`^!${source.split('/')[0]?.replaceAll('.', '\\.')}$`, 'm'), source);
  }
});
