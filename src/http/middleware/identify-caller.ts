import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppDependencies, AppEnv } from '../app-dependencies.ts';
import { askLogin } from '../callers/authorize.ts';
import { readBearer, tokenCheck } from '../callers/bearer-token.ts';
import { refuseCrossSite } from '../callers/refuse-cross-site.ts';

export type CallerSources = Pick<
  AppDependencies,
  'adminToken' | 'viewerToken' | 'workerToken' | 'authorize' | 'authorizeTimeoutMs' | 'publicUrl'
>;

/**
 * Finds out who sent a request: by its token, or else by the host's own login; what nobody may know is refused by the two
 * below. A login comes by itself with whatever a browser sends, so changes from other sites' pages are refused here.
 */
export function identifyCaller({ authorize, authorizeTimeoutMs, publicUrl, ...tokens }: CallerSources) {
  const callerOf = callerByToken(tokens);
  return createMiddleware<AppEnv>(async (c, next) => {
    const caller = callerOf(c.req.header('Authorization'));
    if (caller === 'worker') c.set('isWorker', true);
    else if (caller) c.set('caller', caller);
    else if (authorize) {
      c.set('hasLogin', true);
      const asked = { request: c.req.raw, host: c.env ?? {}, limitMs: authorizeTimeoutMs };
      const found = await askLogin(authorize, asked);
      if (found) refuseCrossSite(c, publicUrl());
      c.set('caller', found?.role);
      c.set('actor', found?.actor);
      c.set('mayEnqueue', found?.mayEnqueue);
    }
    await next();
  });
}

/** Compares with all tokens, whichever matches: time tells nothing about which it was. */
function callerByToken(tokens: Pick<CallerSources, 'adminToken' | 'viewerToken' | 'workerToken'>) {
  const isAdmin = tokenCheck(tokens.adminToken);
  const isViewer = tokenCheck(tokens.viewerToken);
  const isWorker = tokenCheck(tokens.workerToken);
  return (authorization: string | undefined): 'admin' | 'viewer' | 'worker' | undefined => {
    const received = readBearer(authorization);
    if (!received) return undefined;
    const worker = isWorker(received) ? 'worker' : undefined;
    const viewer = isViewer(received) ? 'viewer' : worker;
    return isAdmin(received) ? 'admin' : viewer;
  };
}

/** Lets workers over HTTP and operators through. */
export const workersOnly = createMiddleware<AppEnv>(async (c, next) => {
  if (!c.var.isWorker && c.var.caller === undefined) throw unauthorized(c.var);
  if (!c.var.isWorker && c.var.caller !== 'admin') {
    throw new HowdahError('forbidden', { detail: 'A viewer only reads; this takes the worker token' });
  }
  await next();
});

/** Lets readers and operators through. */
export const readersOnly = createMiddleware<AppEnv>(async (c, next) => {
  if (c.var.isWorker) throw onlyLeases();
  if (c.var.caller === undefined) throw unauthorized(c.var);
  await next();
});

/** Lets operators through; tells readers that they may not. */
export const operatorsOnly = createMiddleware<AppEnv>(async (c, next) => {
  if (c.var.isWorker) throw onlyLeases();
  if (c.var.caller === undefined) throw unauthorized(c.var);
  if (c.var.caller !== 'admin') {
    const detail = c.var.hasLogin
      ? 'A viewer only reads; this takes an admin'
      : 'The viewer token only reads; this takes the admin token';
    throw new HowdahError('forbidden', { detail });
  }
  await next();
});

/** Lets those operators through who may put jobs of their own making into queues. */
export const producersOnly = createMiddleware<AppEnv>((c, next) =>
  operatorsOnly(c, async () => {
    refuseNoProducer(c.var);
    await next();
  }),
);

/** @throws {HowdahError} `forbidden` for an operator whose login says so */
export function refuseNoProducer({ mayEnqueue }: Pick<AppEnv['Variables'], 'mayEnqueue'>): void {
  if (mayEnqueue !== false) return;
  throw new HowdahError('forbidden', { detail: 'This login acts on jobs that are there, and enqueues none' });
}

function onlyLeases(): HowdahError {
  return new HowdahError('forbidden', { detail: 'The worker token only leases jobs' });
}

function unauthorized({ hasLogin }: AppEnv['Variables']): HowdahError {
  return new HowdahError('unauthorized', hasLogin ? { detail: 'Log in to the application first' } : {});
}
