import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What `npx howdah …` in this clone said, and its exit code. */
export async function runHowdah(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawn('npx', ['howdah', ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DATA_DIR: '/nonexistent/howdah-needs-no-data-dir',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = [child.stdout, child.stderr].map((stream) => {
    const chunks: string[] = [];
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    return chunks;
  });
  const [exitCode] = await once(child, 'close');
  const [stdout = '', stderr = ''] = texts.map((chunks) => chunks.join(''));
  return { exitCode, stdout, stderr };
}
