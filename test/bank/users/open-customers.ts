import { type BankDatabase, toBankDatabase } from '../../../src/bank/database.ts';
import { registerUser } from '../../../src/bank/users/register-user.ts';
import { signVerificationCode } from '../../../src/bank/users/verification-code.ts';
import { type DatabaseHandle, openDatabase } from '../../../src/db/connections/open-database.ts';
import type { Database } from '../../../src/db/database.ts';
import { requestLimits } from '../../../src/db/limits.ts';
import { announceTasks } from '../../../src/enqueue/announce-tasks.ts';
import { PostgresDistributor } from '../../../src/enqueue/postgres-distributor.ts';
import { createEventHub, type EventHub } from '../../../src/observability/event-hub.ts';
import { catalogue } from '../../support/bank-catalogue.ts';
import { createTestDatabase } from '../../support/test-database.ts';

export const SECRET_KEY = 'a secret key for tests, 32 characters or more';

export const ADA = {
  account: 'ada',
  username: 'Ada Lovelace',
  email: 'ada@example.com',
  password: 'correct horse battery',
};

/** A database of its own for business code, with what that code depends on. */
export interface Customers extends Omit<DatabaseHandle, 'db'> {
  readonly db: BankDatabase;
  readonly pool: Database;
  readonly connectionString: string;
  readonly events: EventHub;
  readonly distributor: PostgresDistributor;
  readonly secretKey: string;
  readonly verifyEmailDelayMs: number;
  /** Ada, signed up. */
  signUpAda(): Promise<void>;
  /** Id and code of the account's newest verification. */
  proofOf(account: string): Promise<{ id: string; code: string }>;
  rows<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Every row that a request could change, as text to compare. */
  snapshot(): Promise<string>;
  drop(): Promise<void>;
}

export async function openCustomers(): Promise<Customers> {
  const database = await createTestDatabase();
  const handle = openDatabase({
    connectionString: database.connectionString,
    applicationName: 'customers',
    limits: requestLimits(10_000),
  });
  await announceTasks(handle.db, catalogue);
  const events = createEventHub();
  const distributor = new PostgresDistributor({ events });
  const rows = async <Row>(text: string, values: unknown[] = []) =>
    (await handle.db.query(text, values)).rows as Row[];
  const deps = { db: toBankDatabase(handle.db), distributor, secretKey: SECRET_KEY, verifyEmailDelayMs: 0 };
  return {
    ...handle,
    ...deps,
    pool: handle.db,
    connectionString: database.connectionString,
    events,
    rows,
    async signUpAda() {
      await registerUser(deps, ADA);
    },
    async proofOf(account) {
      const [seed] = await rows<{ id: string; nonce: string }>(
        `select v.id, v.nonce from verifications v join users u on u.id = v.user_id
         where lower(u.account) = lower($1) order by v.superseded_at is null desc, v.created_at desc limit 1`,
        [account],
      );
      if (!seed) throw new Error(`${account} has no verification`);
      return { id: seed.id, code: signVerificationCode(SECRET_KEY, seed) };
    },
    async snapshot() {
      const queries = ['users', 'verifications', 'verification_resends', 'howdah.jobs'].map((table) =>
        rows(`select to_jsonb(t)::text as row from ${table} t order by 1`),
      );
      return JSON.stringify(await Promise.all(queries));
    },
    async drop() {
      await handle.close();
      await database.drop();
    },
  };
}
