import { bigint, check, index, pgTable, sql, text, timestamp, uniqueIndex, uuid } from './drizzle.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** The bank's customers. */
export const users = pgTable(
  'users',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    account: text('account').notNull(),
    username: text('username').notNull(),
    email: text('email').notNull(),
    /** PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
    passwordHash: text('password_hash').notNull(),
    emailVerifiedAt: instant('email_verified_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** When they were last told that somebody signed up with their address again, and the job that did. */
    noticedAt: instant('noticed_at'),
    noticeJobId: text('notice_job_id'),
  },
  (table) => [
    uniqueIndex('users_account_key').on(sql`lower(${table.account})`),
    uniqueIndex('users_email_key').on(sql`lower(${table.email})`),
  ],
);

/** A verification mail's proof: its code is derived from id and nonce, so no code is stored. */
export const verifications = pgTable(
  'verifications',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: bigint('user_id', { mode: 'bigint' })
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** 32 random bytes, base64url. */
    nonce: text('nonce').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** When a mail with this code was accepted by the mail server. */
    sentAt: instant('sent_at'),
    usedAt: instant('used_at'),
    /** When a newer verification took this one's place, as older versions did it. */
    supersededAt: instant('superseded_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('verifications_open_of_user')
      .on(table.userId)
      .where(sql`${table.usedAt} is null and ${table.supersededAt} is null`),
    index('verifications_expires_at').on(table.expiresAt),
    check('verifications_expire_after_creation', sql`${table.expiresAt} > ${table.createdAt}`),
  ],
);

/**
 * Names of accounts that are taken, lower-cased. One that somebody signed up under with an address that is a customer's leads to
 * that customer: such a sign-up takes the name like any other, so that nobody can tell it by trying the name again.
 */
export const accountNames = pgTable('account_names', {
  name: text('name').primaryKey(),
  userId: bigint('user_id', { mode: 'bigint' })
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
});

/** When a resend was last asked for, by each requester, for known and unknown accounts alike, so that asking reveals nothing. */
export const verificationResends = pgTable('verification_resends', {
  /** SHA-256 of account name and requester, hex. */
  accountHash: text('account_hash').primaryKey(),
  requestedAt: instant('requested_at').notNull().defaultNow(),
});
