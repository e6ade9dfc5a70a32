import type { Context } from 'hono';
import type { Metrics } from '../../observability/metrics.ts';
import type { AppEnv, Readiness, ReadinessCheck } from '../app-dependencies.ts';

/** Liveness, which asks nothing else. */
export function answerHealth(c: Context<AppEnv>) {
  return c.json({ status: 'ok' as const }, 200);
}

/** @param seesDetails who is told what is wrong, and not only what of it all; see `detailCheck` */
export async function answerReadiness(
  c: Context<AppEnv>,
  checkReadiness: ReadinessCheck,
  seesDetails: (c: Context<AppEnv>) => boolean,
) {
  const { ready, checks: found } = await checkReadiness();
  const checks = seesDetails(c) ? found : withoutDetails(found);
  if (ready) return c.json({ status: 'ready' as const, checks }, 200);
  return c.json({ status: 'not_ready' as const, checks }, 503);
}

export async function answerMetrics(c: Context<AppEnv>, metrics: Metrics) {
  return c.text(await metrics.text(), 200, { 'Content-Type': metrics.contentType });
}

function withoutDetails(checks: Readiness['checks']): Readiness['checks'] {
  return Object.fromEntries(Object.entries(checks).map(([name, { ok }]) => [name, { ok }]));
}
