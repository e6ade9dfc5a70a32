import type { Database, Transaction } from '../../db/database.ts';
import { localActor } from './local-actor.ts';

/** What `work` does in a transaction, in the name of who runs this command. Loads the driver, which no help needs. */
export async function actLocally<Result>(
  db: Database,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const { transactionAs } = await import('../../operate/transaction-as.ts');
  return transactionAs(db, localActor(), work);
}
