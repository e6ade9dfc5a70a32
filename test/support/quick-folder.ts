import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';

const IN_MEMORY = '/dev/shm';
const GIB = 2 ** 30;

/**
 * Where the files of a database that is thrown away are made soonest: in memory, where Linux has room for them there
 * (4 GiB, with as much again for everything else), else the folder for temporary files. Each database is some 1,000
 * files, and making those costs the system 0.02 s in memory against 0.25 s on ext4.
 */
export async function quickFolder(): Promise<string> {
  const room = await statfs(IN_MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return room >= 4 * GIB && process.availableMemory() >= 8 * GIB ? IN_MEMORY : tmpdir();
}
