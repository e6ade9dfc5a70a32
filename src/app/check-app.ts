import { isApp } from './define-app.ts';

/** What was expected of what is no application. */
export function appMistake(value: unknown): string | undefined {
  return isApp(value) ? undefined : 'what defineApp returns';
}

/** @throws {TypeError} in the name of the call, for what is no application */
export function checkApp(call: string, app: unknown): void {
  const expected = appMistake(app);
  if (expected === undefined) return;
  const received = app === undefined ? 'nothing' : typeof app === 'object' ? 'an object' : String(app);
  throw new TypeError(`${call}: app: expected ${expected}, received ${app === null ? 'null' : received}`);
}
