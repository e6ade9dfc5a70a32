import { type EnqueuedJob, HowdahError, inOrder, type TaskDistributor } from '../../index.ts';
import { type BankDatabase, type BankTransaction, transactDrizzle } from '../database.ts';
import { sendVerifyEmail } from '../definitions/send-verify-email.ts';
import { sendWelcomeEmail } from '../definitions/send-welcome-email.ts';
import { sql } from '../drizzle.ts';
import { USER_EXISTS } from '../errors.ts';
import { accountNames, users } from '../schema.ts';
import { insertVerifications } from './open-verification.ts';
import { hashPassword } from './password.ts';
import { violatedIndex } from './unique-violation.ts';

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

/** What says that an account name is taken. */
const ACCOUNT_INDEXES = ['account_names_pkey', 'users_account_key'];

/**
 * The new customer and the two mail jobs, all committed in one transaction: either everything exists or nothing does.
 * Its three statements are sent together: on a pool with limits they take one round trip.
 * The password is hashed before, so that no transaction waits for it.
 *
 * Whether the e-mail address is a customer's already makes no difference that somebody who signs up could see: the same is
 * hashed, written and enqueued, and the account name is taken afterwards. No other customer is made; the jobs then mail the
 * owner of the address, who learns of it.
 *
 * @throws {HowdahError} `user_exists` when the account name is taken, whatever its case; `unavailable` when too many
 *   sign-ups wait for their password to be hashed
 */
export async function registerUser(
  deps: RegisterDependencies,
  { password, ...customer }: Registration,
): Promise<{ jobs: EnqueuedJob[] }> {
  const passwordHash = await hashPassword(password);
  try {
    return await transactDrizzle(deps.db, async (tx) => {
      const [, ...jobs] = await inOrder([
        insertCustomer(tx, { ...customer, passwordHash }),
        ...enqueueMails(tx, customer.account, deps),
      ]);
      return { jobs };
    });
  } catch (error) {
    throw translateTaken(error);
  }
}

/**
 * The user with a pending verification, and the name that leads to them; for an address that is taken the name alone, which
 * leads to its owner. To update a taken row to what it is locks it and returns it, also one that was committed meanwhile, which
 * a select of the same statement would not see; only the row of an insert has no xmax.
 */
async function insertCustomer(
  tx: BankTransaction,
  { account, username, email, passwordHash }: Omit<Registration, 'password'> & { passwordHash: string },
): Promise<void> {
  await tx.execute(sql`
    with owner as (
      insert into ${users} (account, username, email, password_hash)
      values (${account}, ${username}, ${email}, ${passwordHash})
      on conflict (lower(email)) do update set email = ${users}.email
      returning id, xmax = 0 as is_new),
    named as (insert into ${accountNames} (name, user_id) select lower(${account}), owner.id from owner)
    ${insertVerifications(sql`select owner.id from owner where owner.is_new`)}`);
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
  if (!ACCOUNT_INDEXES.includes(violatedIndex(error) ?? '')) return error;
  return new HowdahError(USER_EXISTS, {
    detail: 'This account is taken',
    fields: [{ field: 'account', message: 'is taken' }],
    cause: error,
  });
}
