import { z } from '@hono/zod-openapi';
import { VERIFICATION_CODE } from '../users/verification-code.ts';

const ID = { error: 'expected a UUID' };
const CODE = { error: 'expected 32 characters of A-Z a-z 0-9 _ -' };

/** What the mailed link carries and a verification posts. */
export const verificationProof = z
  .strictObject({
    id: z.uuid(ID),
    code: z.string(CODE).regex(VERIFICATION_CODE, CODE),
  })
  .openapi('VerificationProof');
