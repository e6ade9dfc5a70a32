import { withinSmallHeap } from '../../dist/start/within-small-heap.js';
import type { Contender } from './contender.ts';
import howdah from './howdah.ts';

/** What `howdah worker` does about its memory and a program of its own does not: its flags of V8 are its own. */
export default {
  ...howdah,
  setup: 'as howdah, and in the room for new objects that `howdah worker` keeps to, 32 MiB',
  work: (...given) => withinSmallHeap(async () => howdah.work(...given)),
} satisfies Contender;
