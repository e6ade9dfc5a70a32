import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { limitRate, problemResponse, type RouteEnv, type Routes, rootFrom } from '../../http.ts';
import { HowdahError } from '../../index.ts';
import { VERIFICATION_EXPIRED, VERIFICATION_NOT_FOUND, VERIFICATION_USED } from '../errors.ts';
import { confirmPage } from '../pages/confirm-email.ts';
import { resultPage } from '../pages/verification-result.ts';
import { verificationProof } from '../schemas/verification.ts';
import { verifyEmail } from '../users/verify-email.ts';
import type { BankRouteDependencies } from './bank-routes.ts';

const FORM = /^application\/x-www-form-urlencoded *(;|$)/i;

/** The API and the page that prove an e-mail address; both count against one rate limit. */
export function addVerifyEmailRoutes(app: Routes, deps: BankRouteDependencies): void {
  const limit = limitRate(deps.verifyRateLimit, deps.clock);
  addVerify(app, deps, limit);
  app.get('/verify-email', (c) => showConfirmPage(c));
  app.post('/verify-email', limit, (c) => showResultPage(c, deps));
}

function addVerify(app: Routes, deps: BankRouteDependencies, limit: ReturnType<typeof limitRate>): void {
  const route = createRoute({
    method: 'post',
    path: '/v1/verify-email',
    operationId: 'verifyEmail',
    tags: ['customers'],
    summary: 'Verify an e-mail address with the mailed code',
    description: 'Id and code are those of the link in the mail.',
    security: [],
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
function showConfirmPage(c: Context<RouteEnv>) {
  const proof = verificationProof.safeParse({ id: c.req.query('id'), code: c.req.query('code') });
  if (!proof.success) return c.html(resultPage('malformed', rootFrom(c)), 422);
  return c.html(confirmPage(proof.data, rootFrom(c)));
}

async function showResultPage(c: Context<RouteEnv>, deps: BankRouteDependencies) {
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
    if (error.code === VERIFICATION_NOT_FOUND.code) return c.html(resultPage('unknown', rootFrom(c)), 404);
    if (error.code === VERIFICATION_USED.code) return c.html(resultPage('used', rootFrom(c)), 410);
    if (error.code === VERIFICATION_EXPIRED.code) return c.html(resultPage('expired', rootFrom(c)), 410);
    throw error;
  }
}
