import type pg from 'pg';
import { type ConnectionOptions, createClient } from './connection.ts';

export interface SessionOptions extends ConnectionOptions {
  /** Most that connecting may take, in milliseconds. */
  connectTimeoutMs: number;
  /** Told once when the session is over, however it ended. */
  onEnd?: () => void;
}

/** One connection of its own, for what belongs to a session: advisory locks, LISTEN. */
export type Session = Pick<pg.Client, 'query' | 'end' | 'on'>;

/** @throws what kept it from connecting */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { connectTimeoutMs, onEnd = () => {} } = options;
  const client = createClient(options, { connectionTimeoutMillis: connectTimeoutMs });
  const over = Promise.withResolvers<void>();
  client.on('error', () => over.resolve());
  client.on('end', () => over.resolve());
  await client.connect();
  void over.promise.then(onEnd);
  return client;
}
