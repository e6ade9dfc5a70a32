import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HowdahError } from '../../errors.ts';
import type { App, AppDependencies, AppEnv } from '../../http/app-dependencies.ts';
import { limitRate } from '../../http/middleware/limit-rate.ts';
import { rootFrom } from '../../http/pages/layout.ts';
import { problemResponse } from '../../wire/schemas/problem.ts';
import { toBankDatabase } from '../database.ts';
import { confirmPage } from '../pages/confirm-email.ts';
import { resultPage } from '../pages/verification-result.ts';
import { verificationProof } from '../schemas/verification.ts';
import { type VerifyDependencies, verifyEmail } from '../users/verify-email.ts';

const VERIFY_LIMIT = { limit: 30, windowMs: 60_000 };
const FORM = /^application\/x-www-form-urlencoded *(;|$)/i;

/** The API and the page that prove an e-mail address; both count against one rate limit. */
export function addVerifyEmailRoutes(app: App, deps: AppDependencies): void {
  const limit = limitRate(VERIFY_LIMIT, deps.clock);
  const onBank = { db: toBankDatabase(deps.db), secretKey: deps.secretKey };
  addVerify(app, onBank, limit);
  app.get('/verify-email', (c) => showConfirmPage(c));
  app.post('/verify-email', limit, (c) => showResultPage(c, onBank));
}

function addVerify(app: App, deps: VerifyDependencies, limit: ReturnType<typeof limitRate>): void {
  const route = createRoute({
    method: 'post',
    path: '/v1/verify-email',
    summary: 'Verify an e-mail address with the mailed code',
    middleware: limit,
    request: { body: { required: true, content: { 'application/json': { schema: verificationProof } } } },
    responses: {
      200: {
        description: 'Verified',
        content: { 'application/json': { schema: z.object({ email_verified: z.literal(true) }) } },
      },
      404: problemResponse('Unknown id or wrong code'),
      410: problemResponse('Expired or used'),
      422: problemResponse('Malformed id or code'),
      429: problemResponse('Too many attempts from this address'),
    },
  });
  app.openapi(route, async (c) => {
    await verifyEmail(deps, c.req.valid('json'));
    return c.json({ email_verified: true as const }, 200);
  });
}

/** Mail scanners follow links, so opening the page only shows a button. */
function showConfirmPage(c: Context<AppEnv>) {
  const proof = verificationProof.safeParse({ id: c.req.query('id'), code: c.req.query('code') });
  if (!proof.success) return c.html(resultPage('malformed', rootFrom(c)), 422);
  return c.html(confirmPage(proof.data, rootFrom(c)));
}

async function showResultPage(c: Context<AppEnv>, deps: VerifyDependencies) {
  if (!FORM.test(c.req.header('Content-Type') ?? '')) {
    throw new HowdahError('unsupported_media_type', { detail: 'This address takes the form of its page' });
  }
  const proof = verificationProof.safeParse(await c.req.parseBody());
  if (!proof.success) return c.html(resultPage('malformed', rootFrom(c)), 422);
  try {
    await verifyEmail(deps, proof.data);
    return c.html(resultPage('verified', rootFrom(c)));
  } catch (error) {
    if (!(error instanceof HowdahError)) throw error;
    if (error.code === 'verification_not_found') return c.html(resultPage('unknown', rootFrom(c)), 404);
    if (error.code === 'verification_used') return c.html(resultPage('used', rootFrom(c)), 410);
    if (error.code === 'verification_expired') return c.html(resultPage('expired', rootFrom(c)), 410);
    throw error;
  }
}
