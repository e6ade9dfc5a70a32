import { text } from 'node:stream/consumers';

/** All of it, once it ends. */
export function readStandardInput(): Promise<string> {
  return text(process.stdin);
}
