import type { Section } from './section.ts';
import { drain } from './sections/drain.ts';
import { enqueue } from './sections/enqueue.ts';
import { live } from './sections/live.ts';

/** All questions that the benchmark answers, in the order of the page. */
export const SECTIONS: readonly Section[] = [drain, live, enqueue];
