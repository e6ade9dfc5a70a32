import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const isLinux = process.platform === 'linux';

/**
 * What tells this process from any other that had or will have its pid; `undefined` when there is none, or only a
 * zombie. Two marks of one process are equal, also after a reboot gave the pid to somebody else.
 */
export async function startMark(pid: number): Promise<string | undefined> {
  return isLinux ? linuxStartMark(pid) : (await ps(pid, 'lstart='))?.replaceAll(/\s+/g, '-');
}

/** The process's command line with its arguments, `undefined` when there is no such process. */
export async function commandOf(pid: number): Promise<string | undefined> {
  if (!isLinux) return ps(pid, 'command=');
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return text?.replaceAll('\0', ' ').trim();
}

/** The process's current folder, `undefined` when it has none or this user may not know it. */
export async function workingFolderOf(pid: number): Promise<string | undefined> {
  if (isLinux) return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  const { stdout } = await run('lsof', ['-a', '-p', `${pid}`, '-d', 'cwd', '-Fn']).catch(() => ({
    stdout: '',
  }));
  return /^n(.*)$/m.exec(stdout)?.[1];
}

/** Field 22 of proc(5)'s stat counts clock ticks since boot, so the boot's id belongs to it. */
async function linuxStartMark(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${bootId.slice(0, 8)}-${fields[19]}`;
}

async function ps(pid: number, column: string): Promise<string | undefined> {
  const env = { ...process.env, LC_ALL: 'C' };
  const { stdout } = await run('ps', ['-ww', '-o', column, '-p', `${pid}`], { env }).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() || undefined;
}
