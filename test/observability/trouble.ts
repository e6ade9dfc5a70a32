import assert from 'node:assert/strict';
import type { AlertRule } from './alert-rules.ts';
import type { Sample } from './parse-scrape.ts';
import { evaluate } from './promql.ts';

/** What each alert is for, brought about and mended again; and for whom it must fire in between. */
export interface Trouble {
  /** How the service is before. @default nobody works */
  given?: () => Promise<unknown>;
  happens: () => Promise<unknown>;
  labels: Record<string, string>;
  /** @default time passes, and no more of it happens */
  isMended?: () => Promise<unknown>;
  /** A limit that a test cannot wait for, and the one it takes instead. */
  limit?: [string, string];
}

/** For whom it fires, of two scrapes a minute apart. */
export function fire(expression: string, before: readonly Sample[], now: readonly Sample[]) {
  return evaluate(expression, { before, now, secondsBetween: 60 });
}

/** The expression with a limit that a test can wait for. */
export function scaled({ name, expression }: AlertRule, { limit }: Trouble): string {
  if (!limit) return expression;
  assert.ok(expression.endsWith(limit[0]), `${name} has another limit`);
  return expression.replace(...limit);
}
