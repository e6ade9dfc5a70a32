import type { Context } from 'hono';
import type { AppEnv } from '../../http/app-dependencies.ts';

/** How long those who draw the same page anew are given one reading: all are told at the same time that something changed. */
export const REDRAW_KEPT_MS = 1_000;

/** Whether the script asks for a page that is open already, as it does when something changed; a person always reads anew. */
export function isRedraw(c: Context<AppEnv>): boolean {
  return c.req.header('HX-Request') === 'true';
}
