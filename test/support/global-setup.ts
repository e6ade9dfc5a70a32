import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer | undefined;
let compiled: string | undefined;

/** One server for all test files of a run, and one cache of what Node compiles; they find both in their environment. */
export async function globalSetup(): Promise<void> {
  server = await startTestServer();
  process.env['HOWDAH_TEST_SERVER'] = server.url;
  compiled = await mkdtemp(join(tmpdir(), 'howdah-compiled-'));
  process.env['NODE_COMPILE_CACHE'] = compiled;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
  if (compiled !== undefined) await rm(compiled, { recursive: true, force: true });
}
