import { type ErrorCode, HowdahError } from '../../errors.ts';
import { en, type Texts } from '../texts/en/en.ts';

type Told = Pick<NonNullable<ConstructorParameters<typeof HowdahError>[1]>, 'detail' | 'fields'>;

/** What the pages refuse by themselves, which they tell in the reader's language; logs and programs have it in English. */
export class PageError extends HowdahError {
  readonly #code: ErrorCode;
  readonly #say: (texts: Texts['mistakes']) => Told;

  constructor(code: ErrorCode, say: (texts: Texts['mistakes']) => Told, cause?: unknown) {
    super(code, { ...say(en.mistakes), cause });
    this.#code = code;
    this.#say = say;
  }

  /** The same in that language. */
  in({ mistakes }: Texts): HowdahError {
    return new HowdahError(this.#code, { ...this.#say(mistakes), cause: this.cause });
  }
}

export interface Refused {
  /** @default invalid_request */
  code?: ErrorCode;
  /** What was expected, in words. */
  expected: (texts: Texts['mistakes']) => string;
  /** What came: null for nothing. @default it is not told */
  received?: string | number | null;
  cause?: unknown;
}

/** A wrong field of a form or an address. */
export function wrongField(
  field: string,
  { code = 'invalid_request', expected, received, cause }: Refused,
): PageError {
  const say = (texts: Texts['mistakes']) => {
    const what = expected(texts);
    const came = received === null ? texts.nothing : JSON.stringify(received);
    const message = received === undefined ? what : texts.received(what, came);
    return { detail: `${field}: ${message}`, fields: [{ field, message }] };
  };
  return new PageError(code, say, cause);
}
