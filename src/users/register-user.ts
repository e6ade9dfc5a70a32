import type { Database, Transaction } from '../db/database.ts';
import { users } from '../db/schema.ts';
import { transact } from '../db/transact.ts';
import type { EnqueuedJob, TaskDistributor } from '../distributor/task-distributor.ts';
import { HowdahError } from '../errors.ts';
import { sendVerifyEmail } from '../jobs/send-verify-email.ts';
import { sendWelcomeEmail } from '../jobs/send-welcome-email.ts';
import { openVerification } from './open-verification.ts';
import { hashPassword } from './password.ts';
import { violatedIndex } from './unique-violation.ts';
import { toUser, type User, userColumns } from './user.ts';

export interface RegisterDependencies {
  db: Database;
  distributor: TaskDistributor;
  /** How long the verification mail waits; 0 sends at once. */
  verifyEmailDelayMs: number;
}

/** What a customer signs up with; its form is the caller's to check. */
export interface Registration {
  account: string;
  username: string;
  email: string;
  password: string;
}

/** Which field each unique index guards. */
const GUARDED_FIELDS: Record<string, 'account' | 'email'> = {
  users_account_key: 'account',
  users_email_key: 'email',
};

/**
 * The new customer and the two mail jobs, all committed in one transaction: either everything exists or nothing does.
 * The password is hashed before, so that no transaction waits for it.
 *
 * @throws {HowdahError} `user_exists` naming the field that is taken, whatever its case; `unavailable` when too many
 *   sign-ups wait for their password to be hashed
 */
export async function registerUser(
  deps: RegisterDependencies,
  { password, ...customer }: Registration,
): Promise<{ user: User; jobs: EnqueuedJob[] }> {
  const passwordHash = await hashPassword(password);
  try {
    return await transact(deps.db, async (tx) => {
      const row = await insertUser(tx, { ...customer, passwordHash });
      await openVerification(tx, row.id);
      return { user: toUser(row), jobs: await enqueueMails(tx, row.account, deps) };
    });
  } catch (error) {
    throw translateTaken(error);
  }
}

async function insertUser(
  tx: Transaction,
  values: Omit<Registration, 'password'> & { passwordHash: string },
) {
  const [row] = await tx.insert(users).values(values).returning(userColumns);
  if (!row) throw new Error('Inserting a user returned no row');
  return row;
}

async function enqueueMails(
  tx: Transaction,
  account: string,
  { distributor, verifyEmailDelayMs }: RegisterDependencies,
): Promise<EnqueuedJob[]> {
  const payload = { user_account: account };
  const verify = await distributor.distribute(tx, sendVerifyEmail, payload, {
    queue: 'critical',
    maxRetries: 10,
    delayMs: verifyEmailDelayMs,
  });
  const welcome = await distributor.distribute(tx, sendWelcomeEmail, payload, {
    queue: 'default',
    maxRetries: 3,
  });
  return [verify, welcome];
}

function translateTaken(error: unknown): unknown {
  const field = GUARDED_FIELDS[violatedIndex(error) ?? ''];
  if (!field) return error;
  return new HowdahError('user_exists', {
    detail: field === 'account' ? 'This account is taken' : 'This e-mail address is taken',
    fields: [{ field, message: 'is taken' }],
    cause: error,
  });
}
