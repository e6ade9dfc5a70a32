import { plainLine } from './plain-line.ts';
import { isPlainName, withoutHosts } from './plain-name.ts';

/**
 * The first line of a mail. The name is what somebody typed in who may not be the one that reads it: none is given where the
 * address is not proved to be the customer's, and one that is more than words is left out. What is
 * left reads as no host.
 */
export function greeting(name?: string): string {
  return name !== undefined && isPlainName(name) ? `Hello ${plainLine(withoutHosts(name))},` : 'Hello,';
}
