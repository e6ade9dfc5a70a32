import type { Context } from 'hono';
import type { Metrics } from '../observability/metrics.ts';
import type { AppEnv, ReadinessCheck } from './app-dependencies.ts';

/** Liveness, which asks nothing else. */
export function answerHealth(c: Context<AppEnv>) {
  return c.json({ status: 'ok' as const }, 200);
}

export async function answerReadiness(c: Context<AppEnv>, checkReadiness: ReadinessCheck) {
  const { ready, checks } = await checkReadiness();
  if (ready) return c.json({ status: 'ready' as const, checks }, 200);
  return c.json({ status: 'not_ready' as const, checks }, 503);
}

export async function answerMetrics(c: Context<AppEnv>, metrics: Metrics) {
  return c.text(await metrics.text(), 200, { 'Content-Type': metrics.contentType });
}
