import { bodyLimit } from 'hono/body-limit';
import { HowdahError } from '../../errors.ts';

const MAX_BODY_KIB = 64;

/** Refuses a body over 64 KiB, whether its length is announced or it comes in chunks. */
export const limitBody = bodyLimit({
  maxSize: MAX_BODY_KIB * 1024,
  onError: () => {
    throw new HowdahError('body_too_large', {
      detail: `A request body may have at most ${MAX_BODY_KIB} KiB`,
    });
  },
});
