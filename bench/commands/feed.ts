import type { Contender } from '../contenders/contender.ts';
import { say } from '../said.ts';

/** The most that are added by one statement. */
const STEP = 10_000;

export interface FeedOptions {
  queue?: string;
  retention?: string;
}

/** Adds as many jobs as each line of stdin says, as quickly as it can, and tells when they are in. */
export async function feed(
  { open }: Contender,
  url: string,
  { queue = 'default', retention }: FeedOptions,
): Promise<void> {
  const { bulk, many, close } = await open(url);
  const add = (count: number) => (bulk ? bulk(count, { queue, retention }) : many(count, {}));
  let { stdin } = process;
  stdin = stdin.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stdin) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const count = Number(line);
      for (let left = count; left > 0; left -= STEP) await add(Math.min(left, STEP));
      say({ event: 'fed', count });
    }
  }
  await close();
}
