import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer | undefined;

/** One server for all test files of a run; they find it in their environment. */
export async function globalSetup(): Promise<void> {
  server = await startTestServer();
  process.env['HOWDAH_TEST_SERVER'] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
}
