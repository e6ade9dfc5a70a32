import { kindOf } from './kind-of.ts';

/** @throws {TypeError} in the name of the call, for what is no object, and for options that there are not */
export function refuseUnknown(call: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${call}: expected an object, received ${kindOf(options)}`);
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new TypeError(
    `${call}: ${unknown.map((name) => `${name}: there is no such option (${known.join(', ')})`).join('; ')}`,
  );
}
