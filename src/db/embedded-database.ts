import pg from 'pg';

const UNKNOWN_DATABASE = '3D000';

/** Makes the database of the connection string when the server does not have it yet. */
export async function ensureDatabase(connectionString: string): Promise<void> {
  try {
    await query(connectionString, 'select 1');
  } catch (error) {
    if ((error as pg.DatabaseError).code !== UNKNOWN_DATABASE) throw error;
    const { pathname } = new URL(connectionString);
    const other = new URL('/postgres', connectionString);
    await query(other.href, `create database ${pg.escapeIdentifier(pathname.slice(1))}`);
  }
}

async function query(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
