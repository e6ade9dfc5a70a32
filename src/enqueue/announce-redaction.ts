import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** Whose payloads and results have which fields withheld. */
export interface Redaction {
  application: string;
  fields: readonly string[];
}

/** Tells the database which fields are withheld wherever jobs of the application are shown: as the process says that started last. */
export async function announceRedaction(
  client: SqlClient,
  { application, fields }: Redaction,
): Promise<void> {
  await queryRows(
    client,
    `update howdah.application_registry
     set redact = array(select jsonb_array_elements_text($2::jsonb)) where name = $1
       and redact <> array(select jsonb_array_elements_text($2::jsonb))`,
    [application, JSON.stringify(fields)],
  );
}

/** Whether the database says the same. */
export async function isRedactionKnown(
  client: SqlClient,
  { application, fields }: Redaction,
): Promise<boolean> {
  const [row] = await queryRows<{ isKnown: boolean }>(
    client,
    `select exists (select from howdah.application_registry a
                    where a.name = $1 and a.redact = array(select jsonb_array_elements_text($2::jsonb))) as "isKnown"`,
    [application, JSON.stringify(fields)],
  );
  return row?.isKnown === true;
}
