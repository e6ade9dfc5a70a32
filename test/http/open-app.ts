import assert from 'node:assert/strict';
import { toBankDatabase } from '../../src/bank/database.ts';
import { addRoutesOver, type BankRouteDependencies } from '../../src/bank/routes/bank-routes.ts';
import { addDashboard } from '../../src/dashboard/add-dashboard.ts';
import { openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import { PLAIN_TYPES } from '../../src/db/read-plainly.ts';
import { createApp } from '../../src/http/app.ts';
import type { App, AppDependencies } from '../../src/http/app-dependencies.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Problem } from '../../src/wire/schemas/problem.ts';
import { type Customers, openCustomers } from '../bank/users/open-customers.ts';
import { catalogue } from '../support/bank-catalogue.ts';

export const ADMIN_TOKEN = 'the-operator-for-tests';
export const VIEWER_TOKEN = 'the-reader-for-tests';
export const WORKER_TOKEN = 'the-worker-for-tests';

/** Of the API and of the bank's routes in it. */
type TestDependencies = AppDependencies & Omit<BankRouteDependencies, 'db'>;

/** The app over a database of its own. */
export interface TestApp {
  readonly app: App;
  readonly customers: Customers;
  /** Every log line so far. */
  readonly logLines: string[];
  /** Another app over the same database and log. */
  withOther(overrides: Partial<TestDependencies>): App;
  postJson(path: string, body: unknown): Promise<Response>;
  /** As the form of a page does it. */
  postForm(path: string, fields: Record<string, string>): Promise<Response>;
  /** No customer, no verification, no cool-down. */
  forgetCustomers(): Promise<void>;
  drop(): Promise<void>;
}

/** Its clock moves on by an hour with every request, so that no rate limit is met by accident. */
export async function openApp(): Promise<TestApp> {
  const customers = await openCustomers();
  const requests = openDatabase({
    connectionString: customers.connectionString,
    applicationName: 'requests of a test',
    maxConnections: 20,
    limits: requestLimits(10_000),
    prepares: true,
    types: PLAIN_TYPES,
  });
  const logLines: string[] = [];
  let now = 0;
  const deps: TestDependencies = {
    ...customers,
    db: requests.db,
    schema: 'howdah',
    log: createLogger({ level: 'debug', destination: { write: (line) => void logLines.push(line) } }),
    publicUrl: () => 'http://bank.example:3000',
    adminToken: ADMIN_TOKEN,
    viewerToken: VIEWER_TOKEN,
    workerToken: WORKER_TOKEN,
    signUpRateLimit: { limit: 30, windowMs: 60_000 },
    verifyRateLimit: { limit: 30, windowMs: 60_000 },
    resendRateLimit: { limit: 10, windowMs: 60_000 },
    catalogue,
    checkReadiness: async () => ({ ready: true, checks: {} }),
    clock: () => (now += 3_600_000),
  };
  const open = (all: typeof deps) =>
    createApp(all, (routes) => {
      addRoutesOver(routes, { ...all, db: toBankDatabase(all.db) });
      addDashboard(routes, all);
    });
  const app = open(deps);
  return {
    app,
    customers,
    logLines,
    withOther: (overrides) => open({ ...deps, ...overrides }),
    postJson: async (path, body) => app.request(path, jsonPost(body)),
    postForm: async (path, fields) =>
      app.request(path, { method: 'POST', body: new URLSearchParams(fields) }),
    async forgetCustomers() {
      await customers.rows('truncate users, verifications, verification_resends cascade');
    },
    async drop() {
      await requests.close();
      await customers.drop();
    },
  };
}

export function jsonPost(body: unknown): RequestInit {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: text };
}

/** The problem that a response carries, after checking that it is one and agrees with the response. */
export async function readProblem(response: Response): Promise<Problem> {
  assert.equal(response.headers.get('Content-Type'), 'application/problem+json');
  const problem = (await response.json()) as Problem;
  assert.equal(problem.status, response.status);
  assert.equal(problem.type, `urn:howdah:problem:${problem.code}`);
  assert.equal(problem.request_id, response.headers.get('X-Request-Id'));
  assert.ok(problem.title && problem.detail && problem.instance?.startsWith('/'));
  return problem;
}

/** Status and code of a problem response. */
export async function outcomeOf(response: Response): Promise<[number, string]> {
  const { status, code } = await readProblem(response);
  return [status, code];
}

/** The mistaken fields of a 422, sorted. */
export async function mistakenFields(response: Response): Promise<string[]> {
  const problem = await readProblem(response);
  assert.equal(problem.code, 'invalid_request');
  return problem.errors.map(({ field }) => field).sort();
}
