import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type pg from 'pg';
import { createHttpHandler, type HttpHandlerOptions } from '../../src/http.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { listen } from '../http/hosts/listen.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase } from '../support/test-database.ts';

export const ADMIN = 'the-operator-of-the-pages';
export const VIEWER = 'the-reader-of-the-pages';

/** The pages over a database of their own, served at the root of a server on this machine. */
export interface TestDashboard {
  readonly origin: string;
  readonly connectionString: string;
  /** For looking at the database past the pages. */
  readonly pool: pg.Pool;
  readonly logLines: string[];
  /** What a browser that is logged in gets; it goes where it is sent. */
  as(who: 'admin' | 'viewer' | 'nobody'): Visitor;
  close(): Promise<void>;
}

export interface Visitor {
  /** A page that must have this status, as text. @default 200 */
  page(path: string, status?: number): Promise<string>;
  /** Sends a form as the pages of this server do; the answer itself, without going on. */
  send(path: string, fields: Record<string, string | readonly string[]>): Promise<Response>;
  /** The same, and the page that it then shows. */
  submit(path: string, fields: Record<string, string | readonly string[]>): Promise<string>;
}

export async function openDashboard(options: Partial<HttpHandlerOptions> = {}): Promise<TestDashboard> {
  const database = await createTestDatabase();
  const pool = openPool(database.connectionString);
  const logLines: string[] = [];
  const handler = createHttpHandler({
    connectionString: database.connectionString,
    basePath: '/',
    adminToken: ADMIN,
    viewerToken: VIEWER,
    log: createLogger({ destination: { write: (line) => void logLines.push(line) } }),
    ...options,
  });
  const host = await listen(createServer(handler.node));
  return {
    ...{ origin: host.origin, connectionString: database.connectionString, pool, logLines },
    as: (who) => visitor(host.origin, who),
    async close() {
      await handler.close();
      await host.close?.();
      await pool.end();
      await database.drop();
    },
  };
}

function visitor(origin: string, who: 'admin' | 'viewer' | 'nobody'): Visitor {
  const token = { admin: ADMIN, viewer: VIEWER, nobody: undefined }[who];
  const common = {
    Accept: 'text/html',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  };
  const page: Visitor['page'] = async (path, status = 200) => {
    const answer = await fetch(new URL(path, origin), { headers: common });
    const text = await answer.text();
    assert.equal(answer.status, status, text);
    return text;
  };
  const send: Visitor['send'] = (path, fields) => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
      for (const each of [value].flat()) body.append(name, each);
    }
    const headers = { ...common, Origin: origin, 'Sec-Fetch-Site': 'same-origin' };
    return fetch(new URL(path, origin), { method: 'POST', headers, body, redirect: 'manual' });
  };
  return {
    page,
    send,
    async submit(path, fields) {
      const answer = await send(path, fields);
      assert.equal(answer.status, 303, await answer.text());
      return page(new URL(answer.headers.get('Location') ?? '', new URL(path, origin)).href);
    },
  };
}
