import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROXY = fileURLToPath(new URL('proxy.ts', import.meta.url));

/** The same place, so far away. */
export interface DistantPlace extends AsyncDisposable {
  readonly url: string;
}

/** @param delayMs what each direction takes; with 0 everything takes the same way without waiting */
export async function distantPlace(url: string, delayMs: number): Promise<DistantPlace> {
  const child = fork(PROXY, [url, String(delayMs)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const [said] = (await once(child, 'message')) as [{ url: string }];
  return {
    url: said.url,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await exited;
    },
  };
}
