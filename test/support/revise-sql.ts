import { appendFileSync } from 'node:fs';
import { listedRevisions, REVISIONS, sqlFingerprint } from '../../src/db/schema/sql-revision.ts';

/** `npm run revise-sql`: makes the repeatable SQL as it is now the latest revision, unless it is that already. */
if (listedRevisions().at(-1) !== sqlFingerprint()) appendFileSync(REVISIONS, `${sqlFingerprint()}\n`);
