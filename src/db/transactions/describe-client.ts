/** What was received instead of a client, by its kind and none of its values, which may be private. */
export function describeClient(received: unknown): string {
  if (received === null || received === undefined) return String(received);
  if (typeof received === 'function') return `the function "${received.name}"`;
  if (typeof received !== 'object') return `a ${typeof received}`;
  if (Array.isArray(received)) return 'an array';
  if (received instanceof Promise) return 'a Promise (is an await missing?)';
  const name: unknown = Object.getPrototypeOf(received)?.constructor?.name;
  return typeof name === 'string' && name !== 'Object' ? `an object of class ${name}` : 'an object';
}
