import { type FileHandle, open } from 'node:fs/promises';

const MAX_BYTES = 10 * 1024 * 1024;
const TAIL_BYTES = 64 * 1024;
const TAIL_LINES = 12;

/** A server's log file, which the server itself writes to. */
export interface ServerLog {
  path: string;
  /** For the server's standard outputs. */
  fd: number;
  /** The last lines written since it was opened. */
  tail(): Promise<string>;
  close(): Promise<void>;
}

/** Opens the log to append to it; one of more than 10 MB begins anew. */
export async function openLog(path: string): Promise<ServerLog> {
  const file = await open(path, 'a+', 0o600);
  if ((await file.stat()).size > MAX_BYTES) await file.truncate(0);
  const { size: start } = await file.stat();
  return { path, fd: file.fd, tail: () => readTail(file, start), close: () => file.close() };
}

async function readTail(file: FileHandle, start: number): Promise<string> {
  const { size } = await file.stat();
  const from = Math.max(start, size - TAIL_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
  return buffer.subarray(0, bytesRead).toString('utf8').trim().split('\n').slice(-TAIL_LINES).join('\n');
}
