import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';

/** Who a runner is: a name for everybody, and a secret by which the database knows its sessions. */
export interface RunnerIdentity {
  /** In `howdah.workers`, in log lines and, as a label that proves nothing, in the connections' `application_name`. */
  readonly token: string;
  /** For `howdah.enter_session` alone. Never in a log line, an event, an error or the text of a statement. */
  readonly secret: string;
}

export function createRunnerIdentity(): RunnerIdentity {
  return { token: randomUUID(), secret: randomBytes(32).toString('base64url') };
}

/** What the register keeps of the secret. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/**
 * Makes a new connection one of the registered runner's. It must be done before anything else is sent over it.
 *
 * @returns the server's process behind it at this moment
 * @throws an error of code HWRET when the runner is not registered or was retired
 */
export async function enterSession(client: ClientBase, { secret }: RunnerIdentity): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select howdah.enter_session($1) as pid', [secret]);
  return rows[0]?.pid ?? 0;
}
