import type { BankDatabase, BankTransaction } from '../database.ts';
import { eq, sql } from '../drizzle.ts';
import { accountNames, users } from '../schema.ts';

/** A customer, without anything secret. */
export interface User {
  /** A string because it may pass 2^53. */
  readonly id: string;
  readonly account: string;
  readonly username: string;
  readonly email: string;
  /** When the address was proved to be theirs; null until then. */
  readonly emailVerifiedAt: Date | null;
  readonly createdAt: Date;
}

/** The columns a User is made of: the password hash is never among them. */
export const userColumns = {
  id: users.id,
  account: users.account,
  username: users.username,
  email: users.email,
  emailVerifiedAt: users.emailVerifiedAt,
  createdAt: users.createdAt,
};

/** A row of `userColumns` as a User. */
function toUser(row: Omit<User, 'id'> & { id: bigint }): User {
  return { ...row, id: String(row.id) };
}

/** The customer with this account name, in whatever case it is written; undefined when there is none. */
export async function findUser(
  db: BankDatabase | BankTransaction,
  account: string,
): Promise<User | undefined> {
  const [row] = await db.select(userColumns).from(users).where(isAccount(account)).limit(1);
  return row && toUser(row);
}

/**
 * Who is mailed about an account name: the customer that has it, or the owner of the address that somebody signed up with under
 * it; undefined when nobody ever did.
 */
export async function findOwner(
  db: BankDatabase | BankTransaction,
  account: string,
): Promise<User | undefined> {
  const [row] = await db
    .select(userColumns)
    .from(accountNames)
    .innerJoin(users, eq(users.id, accountNames.userId))
    .where(sql`${accountNames.name} = lower(${account})`);
  return row && toUser(row);
}

/** Matches the customer with this account name; served by the unique index on the lower-cased name. */
export function isAccount(account: string) {
  return sql`lower(${users.account}) = lower(${account})`;
}
