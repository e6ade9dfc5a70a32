import type { Section } from './section.ts';
import { brokers } from './sections/brokers.ts';
import { drain } from './sections/drain.ts';
import { enqueue } from './sections/enqueue.ts';
import { growth } from './sections/growth.ts';
import { isolation } from './sections/isolation.ts';
import { live } from './sections/live.ts';
import { memory } from './sections/memory.ts';
import { messagesIn } from './sections/messages-in.ts';
import { openTransaction } from './sections/open-transaction.ts';
import { recovery } from './sections/recovery.ts';
import { roundTrip } from './sections/round-trip.ts';
import { sharing } from './sections/sharing.ts';
import { signUp } from './sections/sign-up.ts';
import { startUp } from './sections/start-up.ts';

/** All questions that the benchmark answers, in the order of the page. */
export const SECTIONS: readonly Section[] = [
  drain,
  live,
  enqueue,
  signUp,
  isolation,
  sharing,
  growth,
  openTransaction,
  roundTrip,
  recovery,
  memory,
  startUp,
  brokers,
  messagesIn,
];
