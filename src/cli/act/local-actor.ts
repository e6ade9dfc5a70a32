import { userInfo } from 'node:os';
import type { Actor } from '../../operate/transaction-as.ts';

/** Who runs this command: the account on this machine. */
export function localActor(): Actor {
  try {
    return { name: userInfo().username };
  } catch {
    // An account without a name, as containers have them.
    return { name: 'howdah cli' };
  }
}
