/** CPU time that `work` took in this thread of control, user and system, in milliseconds: the least of some runs. */
export function leastCpuMs(work: () => void, runs = 3): number {
  const times = Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}
