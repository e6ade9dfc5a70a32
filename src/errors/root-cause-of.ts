import { causesOf } from './causes-of.ts';

/** The innermost of the errors that an error wraps; itself when it wraps none. */
export function rootCauseOf(error: Error): Error {
  return [...causesOf(error, { withMembers: false })].findLast((each) => each instanceof Error) ?? error;
}
