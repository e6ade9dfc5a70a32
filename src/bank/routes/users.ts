import { createRoute, z } from '@hono/zod-openapi';
import { clientAddress, limitRate, problemResponse, type Routes, requireToken } from '../../http.ts';
import { HowdahError } from '../../index.ts';
import { USER_NOT_FOUND } from '../errors.ts';
import { accountParameter, registration, user } from '../schemas/user.ts';
import { registerUser } from '../users/register-user.ts';
import { resendVerification } from '../users/resend-verification.ts';
import { findUser, type User } from '../users/user.ts';
import type { BankRouteDependencies } from './bank-routes.ts';

/** Sign-up, look-up, and sending the verification mail again. */
export function addUserRoutes(app: Routes, deps: BankRouteDependencies): void {
  addSignUp(app, deps);
  addLookUp(app, deps);
  addResend(app, deps);
}

function addSignUp(app: Routes, deps: BankRouteDependencies): void {
  const route = createRoute({
    method: 'post',
    path: '/v1/users',
    operationId: 'signUp',
    tags: ['customers'],
    summary: 'Sign up: the user and both mail jobs commit together',
    description:
      'A mail with a link asks the customer to verify the address. The answer is alike whether or not the address is a customer’s already; its owner learns of it by mail.',
    security: [],
    middleware: limitRate(deps.signUpRateLimit, deps.clock),
    request: { body: { required: true, content: { 'application/json': { schema: registration } } } },
    responses: {
      202: {
        description: 'The account name is taken now, and mails to the address are on their way',
        content: { 'application/json': { schema: z.object({ accepted: z.literal(true) }) } },
      },
      409: problemResponse('The account is taken'),
      422: problemResponse('Every invalid field'),
      429: problemResponse('Too many sign-ups from this address'),
    },
  });
  app.openapi(route, async (c) => {
    await registerUser(deps, c.req.valid('json'));
    return c.json({ accepted: true as const }, 202);
  });
}

function addLookUp(app: Routes, deps: BankRouteDependencies): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/users/{account}',
    operationId: 'getUser',
    tags: ['customers'],
    summary: 'One user',
    description: 'By account.',
    security: [{ bearer: [] }],
    middleware: requireToken([deps.viewerToken, deps.adminToken]),
    request: { params: accountParameter },
    responses: {
      200: { description: 'The user', content: { 'application/json': { schema: z.object({ user }) } } },
      401: problemResponse('No valid viewer or admin token'),
      404: problemResponse('No such user'),
    },
  });
  app.openapi(route, async (c) => {
    const found = await findUser(deps.db, c.req.valid('param').account);
    if (!found) throw new HowdahError(USER_NOT_FOUND);
    return c.json({ user: present(found) }, 200);
  });
}

function addResend(app: Routes, deps: BankRouteDependencies): void {
  const route = createRoute({
    method: 'post',
    path: '/v1/users/{account}/verify-email',
    operationId: 'resendVerification',
    tags: ['customers'],
    summary: 'Send the verification mail again',
    description:
      'Answers alike whether the account exists or not. Links that were mailed before stay good until they expire.',
    security: [],
    middleware: limitRate(deps.resendRateLimit, deps.clock),
    request: { params: accountParameter },
    responses: {
      202: {
        description: 'If the account exists and waits for verification, a mail is on its way',
        content: { 'application/json': { schema: z.object({ accepted: z.literal(true) }) } },
      },
      429: problemResponse(
        'This address asked for a mail to the account less than 60 s ago, or too many requests from it',
      ),
    },
  });
  app.openapi(route, async (c) => {
    await resendVerification(deps, { ...c.req.valid('param'), requester: clientAddress(c) });
    return c.json({ accepted: true as const }, 202);
  });
}

function present({ id, account, username, email, emailVerifiedAt, createdAt }: User) {
  return {
    id,
    account,
    username,
    email,
    email_verified: emailVerifiedAt !== null,
    created_at: createdAt.toISOString(),
  };
}
