#!/usr/bin/env node
import { runCommandLine } from './cli/run-command-line.ts';

/** Whoever reads may have seen enough, as in `howdah jobs | head`. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`howdah: cannot write the answer: ${error.message}\n`);
  process.exit(1);
});

process.stderr.on('error', () => {});

process.exitCode = await runCommandLine(process.argv.slice(2), process);
