import type { ClientBase } from 'pg';

/** A sequence that would hand out ids which are taken (src/db/sql/install/lagging_sequences.sql). */
export interface LaggingSequence {
  name: string;
  /** The greatest id there is. */
  taken: string;
  lastValue: string;
}

/** None where all is well. Changes nothing. */
export async function findLaggingSequences(client: Pick<ClientBase, 'query'>): Promise<LaggingSequence[]> {
  const { rows } = await client.query<LaggingSequence>(
    `select sequence as name, taken, last_value as "lastValue" from howdah.lagging_sequences()`,
  );
  return rows;
}

/** Moves them past what is taken. To be called in a transaction, which others' draws wait for. */
export async function advanceSequences(client: Pick<ClientBase, 'query'>): Promise<void> {
  await client.query('select howdah.advance_sequences()');
}
