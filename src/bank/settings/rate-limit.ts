import { durationParser, Mistake } from '../../index.ts';

/** So many requests in a window of time. */
export interface RateLimitSetting {
  /** At least 1. */
  readonly limit: number;
  /** At least 1 and at most a day. */
  readonly windowMs: number;
}

const FORM = 'expected requests per window, both at least 1 and the window at most 1d, e.g. 20/1m, or off';
const parseWindow = durationParser(86_400_000);

/** `20/1m` is 20 requests a minute; `off` is no limit: undefined. @throws {Mistake} */
export function parseRateLimit(value: string): RateLimitSetting | undefined {
  if (value === 'off') return undefined;
  const [, digits, window = ''] = /^(\d+)\/(.+)$/.exec(value) ?? [];
  const setting = { limit: Number(digits), windowMs: windowOf(window) };
  if (!Number.isSafeInteger(setting.limit) || setting.limit === 0 || setting.windowMs === 0)
    throw new Mistake(FORM);
  return Object.freeze(setting);
}

function windowOf(text: string): number {
  try {
    return parseWindow(text);
  } catch (cause) {
    if (!(cause instanceof Mistake)) throw cause;
    throw new Mistake(/^\d+$/.test(text) ? `${FORM}: add a unit to ${text}` : FORM);
  }
}
