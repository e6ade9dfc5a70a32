// Loaded before a program that is measured (NODE_OPTIONS=--require): at its end the process tells what it took, as a line
// of JSON in the file of BENCH_USAGE_FILE. Plain JavaScript, as stripping types would be measured too.
const { appendFileSync, readFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

/** KiB. On Linux maxRSS begins with that of the parent at the fork, so the process's own is read. */
function readPeak(maxRss) {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? maxRss);
  } catch {
    return maxRss;
  }
}

if (isMainThread && process.env.BENCH_USAGE_FILE) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: readPeak(maxRSS) / 1024 };
    appendFileSync(process.env.BENCH_USAGE_FILE, `${JSON.stringify(usage)}\n`);
  });
}
