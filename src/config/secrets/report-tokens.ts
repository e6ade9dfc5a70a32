import type { EnvironmentReader } from '../environment-reader.ts';
import { MIN_SECRET_LENGTH, SECRET_HINT } from './secrets.ts';

interface Tokens {
  readonly environment: 'development' | 'production';
  readonly adminToken: string | undefined;
  readonly viewerToken: string | undefined;
}

/** What is wrong with the tokens beside their form: they are equal, or too short for production. */
export function reportTokens(reader: EnvironmentReader, tokens: Tokens): void {
  reportEqual(reader, tokens);
  if (tokens.environment !== 'production') return;
  reportShort(reader, 'ADMIN_TOKEN', tokens.adminToken);
  reportShort(reader, 'VIEWER_TOKEN', tokens.viewerToken);
}

function reportEqual(reader: EnvironmentReader, { adminToken, viewerToken }: Tokens): void {
  if (viewerToken === undefined || viewerToken !== adminToken) return;
  reader.report(
    'VIEWER_TOKEN',
    `expected another token than ADMIN_TOKEN, as readers must not act; ${SECRET_HINT}`,
  );
}

function reportShort(reader: EnvironmentReader, variable: string, token: string | undefined): void {
  if (token === undefined || token.length >= MIN_SECRET_LENGTH) return;
  const expected = `expected at least ${MIN_SECRET_LENGTH} characters in production`;
  reader.report(variable, `${expected}, received ${token.length}; ${SECRET_HINT}`);
}
