/**
 * What all of them resolve with.
 *
 * @throws once none is under way any more, and as the first in this order that rejects, whichever is told first: of
 *   statements that were sent together it is the first that failed, and the others fail because of it
 */
export async function inOrder<T extends readonly unknown[]>(
  promises: [...{ [Index in keyof T]: Promise<T[Index]> }],
): Promise<T> {
  await Promise.allSettled(promises);
  const results: unknown[] = [];
  for (const promise of promises) results.push(await promise);
  return results as unknown as T;
}
