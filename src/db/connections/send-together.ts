import type pg from 'pg';

/**
 * From now on what is asked in one turn of the event loop goes to the server in one piece: a system call here, and there a
 * process that wakes up once, in place of one each. For a client that pipelines; nothing is held back beyond the turn.
 */
export function sendTogether(client: pg.Client): void {
  const ask = client.query.bind(client) as (...asked: unknown[]) => unknown;
  let isHeld = false;
  client.query = ((...asked: unknown[]) => {
    const { stream } = client.connection;
    if (!isHeld) {
      isHeld = true;
      stream.cork();
      process.nextTick(() => {
        isHeld = false;
        stream.uncork();
      });
    }
    return ask(...asked);
  }) as pg.Client['query'];
}
