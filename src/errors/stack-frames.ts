import { readText } from './read-text.ts';

const MAX_LENGTH = 8_000;
const FRAME = /^ +at .*(:\d+\)?|\((<anonymous>|native|index \d+)\))$/;

/** The frames of an error's stack, without the message above them, which may hold anything; empty when there are none. */
export function stackFrames(error: Error): string {
  const stack = readText(error, 'stack');
  const message = readText(error, 'message');
  const start = message === '' ? 0 : stack.indexOf(message);
  return stack
    .slice(start < 0 ? 0 : start + message.length)
    .split('\n')
    .filter((line) => FRAME.test(line))
    .join('\n')
    .slice(0, MAX_LENGTH);
}
