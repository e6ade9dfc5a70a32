const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** `Sun, 06 Nov 1994 08:49:37 GMT` and the two older forms of it that RFC 9110 has receivers take. */
const HTTP_DATE =
  /^(\w{3}, \d\d \w{3} \d{4}|\w{6,9}, \d\d-\w{3}-\d\d) \d\d:\d\d:\d\d GMT$|^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

export interface Answered {
  /** The header `Retry-After`. */
  readonly retryAfter: string | undefined;
  /** The header `Date`, by which an instant is measured: the receiver's clock may be another than ours. */
  readonly date: string | undefined;
  readonly receivedAt: Date;
}

/**
 * How long the receiver asks to wait: seconds or an instant, at least a second and at most a day. Undefined where it does not say,
 * or says it in another way. Source: RFC 9110, 10.2.3.
 */
export function readRetryAfter({ retryAfter, date, receivedAt }: Answered): number | undefined {
  const text = retryAfter?.trim() ?? '';
  if (/^\d+$/.test(text)) return within(Number(text) * SECOND_MS);
  const until = readDate(text);
  if (until === undefined) return undefined;
  return within(until - (readDate(date?.trim() ?? '') ?? receivedAt.getTime()));
}

function within(delayMs: number): number {
  return Math.min(DAY_MS, Math.max(SECOND_MS, delayMs));
}

function readDate(text: string): number | undefined {
  if (!HTTP_DATE.test(text)) return undefined;
  const instant = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(instant) ? undefined : instant;
}
