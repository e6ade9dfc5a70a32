import { Socket } from 'node:net';
import type pg from 'pg';
import { type ConnectionOptions, createClient } from './connection.ts';

export interface SessionOptions extends ConnectionOptions {
  /** Most that connecting may take, in milliseconds. */
  connectTimeoutMs: number;
  /** Told once when the session is over, however it ended. */
  onEnd?: () => void;
}

/** One connection of its own, for what belongs to a session: that it is there, and LISTEN. */
export interface Session extends Pick<pg.Client, 'query' | 'end' | 'on'> {
  /** Cuts the connection at once, for one that does not answer; its statements fail, and it is over. */
  destroy(): void;
}

/** @throws what kept it from connecting */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { connectTimeoutMs, onEnd = () => {} } = options;
  const socket = new Socket();
  const client = createClient(options, {
    connectionTimeoutMillis: connectTimeoutMs,
    stream: () => socket,
  });
  const over = Promise.withResolvers<void>();
  client.on('error', () => over.resolve());
  client.on('end', () => over.resolve());
  await client.connect();
  void over.promise.then(onEnd);
  return Object.assign(client, { destroy: () => socket.destroy(new Error('the session was cut')) });
}
