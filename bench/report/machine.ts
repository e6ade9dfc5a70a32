import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What the figures were taken on, and how busy it was before: a sentence. */
export function describeMachine(): string {
  const [{ model = 'unknown' } = {}] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `${availableParallelism()} cores (${model.trim()}), ${memory}, Node ${process.versions.node}; load ${load} before`;
}
