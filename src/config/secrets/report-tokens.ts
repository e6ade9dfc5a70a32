import type { EnvironmentReader } from '../environment-reader.ts';
import { MIN_SECRET_LENGTH, SECRET_HINT } from './secrets.ts';

interface Tokens {
  readonly environment: 'development' | 'production';
  readonly adminToken: string | undefined;
  readonly viewerToken: string | undefined;
  readonly workerToken: string | undefined;
}

/** What is wrong with the tokens beside their form: they are equal, or too short for production. */
export function reportTokens(reader: EnvironmentReader, tokens: Tokens): void {
  reportEqual(reader, tokens);
  if (tokens.environment !== 'production') return;
  reportShort(reader, 'ADMIN_TOKEN', tokens.adminToken);
  reportShort(reader, 'VIEWER_TOKEN', tokens.viewerToken);
  reportShort(reader, 'WORKER_TOKEN', tokens.workerToken);
}

function reportEqual(reader: EnvironmentReader, { adminToken, viewerToken, workerToken }: Tokens): void {
  const report = (variable: string, other: string, why: string) =>
    reader.report(variable, `expected another token than ${other}, as ${why}; ${SECRET_HINT}`);
  if (viewerToken !== undefined && viewerToken === adminToken)
    report('VIEWER_TOKEN', 'ADMIN_TOKEN', 'readers must not act');
  if (workerToken === undefined) return;
  if (workerToken === adminToken) report('WORKER_TOKEN', 'ADMIN_TOKEN', 'workers only lease jobs');
  else if (workerToken === viewerToken) report('WORKER_TOKEN', 'VIEWER_TOKEN', 'readers must not lease jobs');
}

function reportShort(reader: EnvironmentReader, variable: string, token: string | undefined): void {
  if (token === undefined || token.length >= MIN_SECRET_LENGTH) return;
  const expected = `expected at least ${MIN_SECRET_LENGTH} characters in production`;
  reader.report(variable, `${expected}, received ${token.length}; ${SECRET_HINT}`);
}
