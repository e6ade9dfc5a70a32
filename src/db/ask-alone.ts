import pg from 'pg';
import { discard } from './connections/discard.ts';

/**
 * What one statement returns that is a transaction by itself, on a connection whose session has the limits: nothing else is sent.
 * The connection is back in its pool then, when the server said that nothing is open on it, and cut otherwise.
 *
 * @throws what the statement or the connection threw
 */
export async function askAlone<T>(
  client: pg.PoolClient,
  ask: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  try {
    const answer = await ask(client);
    if (client.getTransactionStatus() === 'I') client.release();
    else discard(client); // a begin, which nobody would end
    return answer;
  } catch (error) {
    if (isRefusal(error)) client.release();
    else discard(client);
    throw error;
  }
}

/**
 * Whether the server said that nothing came of a statement that was a transaction by itself. FATAL is no such word: it may come
 * behind a commit, from whoever ends the session.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR';
}
