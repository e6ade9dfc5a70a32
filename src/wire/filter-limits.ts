/** Characters at most in each text of a filter of jobs, however it comes. */
export const FILTER_LENGTHS = {
  queue: 63,
  task: 128,
  error: 1024,
  worker: 256,
  key: 512,
  sequence: 200,
  search: 1024,
} as const;

/** Characters at most of the JSON that a payload is to contain, where it comes as a text. */
export const MAX_PAYLOAD_LENGTH = 8192;

/** Ids at most in a filter. */
export const MAX_IDS = 1_000;
