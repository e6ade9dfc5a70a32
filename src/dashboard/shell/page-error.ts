import { type ErrorCode, HowdahError } from '../../errors.ts';
import { toHowdahError } from '../../http/answers/to-howdah-error.ts';
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

/** Any error as one of the table, in that language where it is one of the pages' own. */
export function errorIn(texts: Texts, error: unknown): HowdahError {
  return error instanceof PageError ? error.in(texts) : toHowdahError(error);
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
export function wrongField(field: string, { code, cause, ...refused }: Refused): PageError {
  return wrongFields([{ field, ...refused }], { code, cause });
}

/** The same of several, of which there is at least one. */
export function wrongFields(
  wrong: readonly (Pick<Refused, 'expected' | 'received'> & { field: string })[],
  { code = 'invalid_request', cause }: { code?: ErrorCode | undefined; cause?: unknown } = {},
): PageError {
  const say = (texts: Texts['mistakes']) => {
    const fields = wrong.map(({ field, expected, received }) => {
      const what = expected(texts);
      const came = received === null ? texts.nothing : JSON.stringify(received);
      return { field, message: received === undefined ? what : texts.received(what, came) };
    });
    return { detail: fields.map(({ field, message }) => `${field}: ${message}`).join('; '), fields };
  };
  return new PageError(code, say, cause);
}

/** By code of an error: how the pages say it. `said` is what it says by itself, in English, and may know more. */
export type Sayings = Partial<Record<ErrorCode, (texts: Texts['mistakes'], said: string) => string>>;

/** The error, and where one of these says it, in the reader's language. */
export function inReadersWords(error: unknown, sayings: Sayings): unknown {
  if (!(error instanceof HowdahError) || error instanceof PageError) return error;
  if (!isSaid(error.code, sayings)) return error;
  const say = sayings[error.code];
  const told = (texts: Texts['mistakes']) => {
    const detail = say?.(texts, error.message) ?? error.message;
    return { detail, fields: error.fields.map(({ field }) => ({ field, message: detail })) };
  };
  return new PageError(error.code, told, error);
}

function isSaid(code: string, sayings: Sayings): code is ErrorCode {
  return Object.hasOwn(sayings, code);
}
