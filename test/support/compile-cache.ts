const folder = process.env['NODE_COMPILE_CACHE'];

/** For the environment of a process that gets little else of this one's: where what Node compiled is kept for this run. */
export const COMPILED: Readonly<Record<string, string>> =
  folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
