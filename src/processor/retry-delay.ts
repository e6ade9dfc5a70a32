/**
 * Milliseconds to wait after a job's `attempt`-th failed run (from 1), when neither the task nor the error says.
 *
 * asynq's formula: n^4 + 15 + rand(0..29) * (n + 1) seconds with n = attempt - 1, so 15-44 s after the first run,
 * then 16-74 s, 31-118 s, 96-212 s, … about 3.8 days after the 24th.
 * Source: asynq server.go, DefaultRetryDelayFunc. The same formula stands in src/db/sql/retry_delay.sql.
 *
 * @param random a number in [0, 1). @default Math.random()
 */
export function defaultRetryDelayMs(attempt: number, random = Math.random()): number {
  const failures = attempt - 1;
  return (failures ** 4 + 15 + Math.floor(random * 30) * (failures + 1)) * 1000;
}
