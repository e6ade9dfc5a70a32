import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { HowdahError } from '../../index.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';

/** Argon2id with 19 MiB, 2 passes, 1 lane. Source: OWASP Password Storage Cheat Sheet. */
const PARAMETERS: Parameters = { memoryKib: 19_456, passes: 2, lanes: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/**
 * Hashing occupies a thread of libuv's pool (4 by default) and 19 MiB. Two at once leave threads for files and name
 * look-ups; at about 25 ms each, a thousand waiting are the most that can be served before their callers give up.
 */
const inTurn = createConcurrencyLimit({
  maxRunning: 2,
  maxWaiting: 1_000,
  onFull: () =>
    new HowdahError('unavailable', { detail: 'Too many sign-ups at this moment', retryAfterSeconds: 10 }),
});

interface Parameters {
  memoryKib: number;
  passes: number;
  lanes: number;
}

/**
 * An Argon2id hash with a salt of its own, as a PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. Runs off the
 * main thread. Passwords that look alike but are composed differently (é as one or two code points) hash alike.
 *
 * @throws {HowdahError} `unavailable` when more than a thousand passwords wait to be hashed
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { ...PARAMETERS, salt, hashBytes: HASH_BYTES });
  const { memoryKib, passes, lanes } = PARAMETERS;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${toBase64(salt)}$${toBase64(hash)}`;
}

/**
 * Whether the password is the one behind the PHC string, compared in constant time.
 *
 * @throws {TypeError} when the string is not an Argon2id PHC string
 * @throws {HowdahError} `unavailable` as for hashPassword
 */
export async function verifyPassword(phc: string, password: string): Promise<boolean> {
  const [, memory, passes, lanes, salt, hash] = PHC.exec(phc) ?? [];
  if (salt === undefined || hash === undefined) throw new TypeError('Not an Argon2id PHC string');
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(password, {
    memoryKib: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    hashBytes: expected.length,
  });
  return timingSafeEqual(actual, expected);
}

function derive(
  password: string,
  options: Parameters & { salt: Buffer; hashBytes: number },
): Promise<Buffer> {
  const parameters = {
    message: password.normalize('NFC'),
    nonce: options.salt,
    memory: options.memoryKib,
    passes: options.passes,
    parallelism: options.lanes,
    tagLength: options.hashBytes,
  };
  return inTurn(() => {
    return new Promise((resolve, reject) => {
      argon2('argon2id', parameters, (error, hash) => (error ? reject(error) : resolve(hash)));
    });
  });
}

/** PHC strings carry base64 without padding. */
function toBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
