import { isProduction } from '../config.ts';

/**
 * Says that a service begins, before what takes a second or more to load is loaded: whoever waits is to know for what. Nothing in
 * production, where each line is one of JSON.
 */
export function tellStart(): void {
  if (!isProduction()) process.stdout.write('Howdah starts: loading the application …\n');
}
