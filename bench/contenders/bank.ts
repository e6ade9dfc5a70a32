import type { Contender } from './contender.ts';

/** No queue but the application on it: its database is made by the API that is started there. */
export default {
  setup: 'the API of the bank, from the sources',
  prepare: async () => {},
  open: () => Promise.reject(new Error('jobs of the bank come by sign-ups')),
  work: () => Promise.reject(new Error('nobody works for the bank here')),
} satisfies Contender;
