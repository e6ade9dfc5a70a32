import { type EnqueuedJob, HowdahError, inOrder, type TaskDistributor } from '../../index.ts';
import { type BankDatabase, type BankTransaction, transactDrizzle } from '../database.ts';
import { sendVerifyEmail } from '../definitions/send-verify-email.ts';
import { sendWelcomeEmail } from '../definitions/send-welcome-email.ts';
import { sql } from '../drizzle.ts';
import { USER_EXISTS } from '../errors.ts';
import { users } from '../schema.ts';
import { insertVerification } from './open-verification.ts';
import { hashPassword } from './password.ts';
import { violatedIndex } from './unique-violation.ts';
import { toUser, type User, userColumns } from './user.ts';

export interface RegisterDependencies {
  db: BankDatabase;
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
 * Its three statements are sent together: on a pool with limits they take one round trip.
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
    return await transactDrizzle(deps.db, async (tx) => {
      const [user, ...jobs] = await inOrder([
        insertCustomer(tx, { ...customer, passwordHash }),
        ...enqueueMails(tx, customer.account, deps),
      ]);
      return { user, jobs };
    });
  } catch (error) {
    throw translateTaken(error);
  }
}

/** The user with a pending verification. */
async function insertCustomer(
  tx: BankTransaction,
  values: Omit<Registration, 'password'> & { passwordHash: string },
): Promise<User> {
  const added = tx.$with('added').as(tx.insert(users).values(values).returning(userColumns));
  const opened = tx.$with('opened', {}).as(insertVerification(sql`select added.id from added`));
  const [row] = await tx.with(added, opened).select().from(added);
  if (!row) throw new Error('Inserting a user returned no row');
  return toUser(row);
}

function enqueueMails(
  tx: BankTransaction,
  account: string,
  { distributor, verifyEmailDelayMs }: RegisterDependencies,
): [Promise<EnqueuedJob>, Promise<EnqueuedJob>] {
  const payload = { user_account: account };
  const options = { queue: 'critical', maxRetries: 10, delayMs: verifyEmailDelayMs };
  return [
    distributor.distribute(tx, sendVerifyEmail, payload, options),
    distributor.distribute(tx, sendWelcomeEmail, payload, { queue: 'default', maxRetries: 3 }),
  ];
}

function translateTaken(error: unknown): unknown {
  const field = GUARDED_FIELDS[violatedIndex(error) ?? ''];
  if (!field) return error;
  return new HowdahError(USER_EXISTS, {
    detail: field === 'account' ? 'This account is taken' : 'This e-mail address is taken',
    fields: [{ field, message: 'is taken' }],
    cause: error,
  });
}
