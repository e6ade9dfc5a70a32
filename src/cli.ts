#!/usr/bin/env node
import { doctor } from './cli/doctor.ts';
import { renderFindings } from './cli/finding.ts';

const USAGE = `Usage: npx howdah <command>

  doctor   checks configuration, database, engine, queues and workers, and says what to do
`;

process.exitCode = await main(process.argv.slice(2));

/** @returns the exit code: 0 when all is well, 1 when something must be done, 2 for a command there is none of */
async function main([command, ...rest]: string[]): Promise<number> {
  if (command === 'doctor' && rest.length === 0) return runDoctor();
  const isHelp = command === undefined || command === 'help' || command === '--help';
  if (!isHelp) process.stderr.write(`howdah: there is no command "${[command, ...rest].join(' ')}"\n\n`);
  process[isHelp ? 'stdout' : 'stderr'].write(USAGE);
  return isHelp ? 0 : 2;
}

async function runDoctor(): Promise<number> {
  const findings = await doctor();
  process.stdout.write(renderFindings(findings));
  return findings.some(({ level }) => level === 'error') ? 1 : 0;
}
