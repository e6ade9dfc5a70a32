/** `howdah/graphile`: what a `graphile.config.ts` exports, so that the stock `graphile-worker` command line is a worker. */
export { createCliPreset } from './start/cli-preset.ts';
