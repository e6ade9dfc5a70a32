import type { Context } from 'hono';
import type { AppEnv } from '../../http/app-dependencies.ts';
import { KeyedReadings } from '../../look/keyed-readings.ts';
import { isRedraw, REDRAW_KEPT_MS } from './is-redraw.ts';

/**
 * What makes many open tabs of a page cost the database what one does: all that draw the same address anew at about the same
 * time are given one reading. A person who asks for the page reads anew. What is read must not depend on who looks.
 */
export function shareRedraws<T>(): (c: Context<AppEnv>, read: () => Promise<T>) => Promise<T> {
  const readings = new KeyedReadings<T>({ keptMs: REDRAW_KEPT_MS });
  return (c, read) => {
    const { search } = new URL(c.req.url);
    return isRedraw(c) ? readings.get(`${c.req.path}${search}`, read) : read();
  };
}
