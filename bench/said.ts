/** What a contender's process says on stdout, a line each. CPU in milliseconds, user and system, since it began. */
export type Said =
  | { event: 'setup'; setup: string; server: 'postgres' | 'redis'; isSlow: boolean }
  | { event: 'ready'; cpuMs: number }
  | { event: 'drained'; ms: number }
  | { event: 'progress'; done: number }
  | { event: 'started'; id: string; at: number }
  | { event: 'ended'; id: string }
  | { event: 'memory'; rssMb: number; heapMb: number }
  | {
      event: 'stopped';
      cpuMs: number;
      peakMb: number;
      done: number;
      byQueue: Record<string, number>;
      waits: Waits;
    }
  | { event: 'fed'; count: number }
  | { event: 'enqueued'; count: number; ms: number; cpuMs: number }
  | { event: 'produced'; count: number; ms: number; cpuMs: number }
  | { event: 'picked-up'; waits: Waits };

/** From the call that enqueued a job to the start of its handler, in milliseconds. NaN where nothing was measured. */
export interface Waits {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

/** Of this process so far. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
