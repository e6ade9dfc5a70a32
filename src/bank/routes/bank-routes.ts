import type { Routes } from '../../http.ts';
import type { RouteContext, TaskDistributor } from '../../index.ts';
import { toBankDatabase } from '../database.ts';
import type { DevelopmentMailbox } from '../mail/development-mailbox.ts';
import type { Services } from '../services.ts';
import type { BankSettings } from '../settings/bank-settings.ts';
import { addLandingRoute } from './landing.ts';
import { addMailboxRoutes } from './mailbox.ts';
import { addUserRoutes } from './users.ts';
import { addVerifyEmailRoutes } from './verify-email.ts';

/** What a client address may do how often. */
type RateLimits = Pick<BankSettings, 'signUpRateLimit' | 'verifyRateLimit' | 'resendRateLimit'>;

/** What the bank's routes are made from. */
export interface BankRouteDependencies extends RateLimits {
  /** For requests: statements have limits. */
  readonly db: Services['db'];
  readonly distributor: TaskDistributor;
  readonly secretKey: string;
  /** How long a verification mail waits; 0 sends at once. */
  readonly verifyEmailDelayMs: number;
  /** Shown at /mailbox, to callers on this machine or with the admin token; without it those addresses do not exist. */
  readonly mailbox?: DevelopmentMailbox | undefined;
  readonly adminToken?: string | undefined;
  readonly viewerToken?: string | undefined;
  publicUrl(): string;
  readonly clock?: (() => number) | undefined;
}

/** Sign-up, verification, mailbox and the front door, as the application adds them. */
export function addBankRoutes(
  routes: Routes,
  { services, settings, pool, url, addNavigation, ...given }: RouteContext<Services, BankSettings>,
): void {
  const { secretKey, mailbox } = services;
  const { verifyEmailDelayMs, signUpRateLimit, verifyRateLimit, resendRateLimit } = settings;
  if (mailbox) addNavigation({ label: 'Mailbox', path: 'mailbox' });
  const limits = { signUpRateLimit, verifyRateLimit, resendRateLimit };
  const db = toBankDatabase(pool);
  const own = { db, secretKey, mailbox, verifyEmailDelayMs, publicUrl: url };
  addRoutesOver(routes, { ...given, ...limits, ...own });
}

/** The same over parts that somebody else has made. */
export function addRoutesOver(routes: Routes, deps: BankRouteDependencies): void {
  addUserRoutes(routes, deps);
  addVerifyEmailRoutes(routes, deps);
  addMailboxRoutes(routes, deps);
  addLandingRoute(routes, deps);
}
