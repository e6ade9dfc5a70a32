import { createInterface } from 'node:readline';

/** Calls the listener with each line that the parent writes; resolves when there will be none any more. */
export function linesOfStdin(onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: process.stdin }).on('line', onLine).on('close', resolve);
  });
}
