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
    /** When a newer verification took this one's place. */
    supersededAt: instant('superseded_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('verifications_one_open_per_user')
      .on(table.userId)
      .where(sql`${table.usedAt} is null and ${table.supersededAt} is null`),
    index('verifications_expires_at').on(table.expiresAt),
    check('verifications_expire_after_creation', sql`${table.expiresAt} > ${table.createdAt}`),
  ],
);

/** When a resend was last asked for, for known and unknown accounts alike, so that asking reveals nothing. */
export const verificationResends = pgTable('verification_resends', {
  /** SHA-256 of the account name, hex. */
  accountHash: text('account_hash').primaryKey(),
  requestedAt: instant('requested_at').notNull().defaultNow(),
});
