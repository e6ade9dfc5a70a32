import type { Servers } from './servers.ts';

/**
 * Statements that clients sent meanwhile to that database, in the order in which the server got them, white space as one space.
 * Those inside of functions are not among them.
 *
 * @param work opens its sessions itself: those that are there already are not listened to
 */
export async function statementsOf(
  servers: Servers,
  url: string,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const database = new URL(url).pathname.slice(1);
  await servers.query(url, `alter database ${database} set log_statement = 'all'`);
  try {
    return parse(await servers.logged(work));
  } finally {
    await servers.query(url, `alter database ${database} reset log_statement`);
  }
}

/** A line begins with the time; what does not goes on with the statement of the one before. */
const STATEMENT =
  /^\d{4}-\d\d-\d\d [^\n]* LOG: {2}(?:statement|execute [^\n:]*): ((?:.*\n(?!\d{4}-\d\d-\d\d ))*.*)$/gm;

function parse(log: string): string[] {
  return [...log.matchAll(STATEMENT)].map(([, text = '']) => text.replaceAll(/\s+/g, ' ').trim());
}
