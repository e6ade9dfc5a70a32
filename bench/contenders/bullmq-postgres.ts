import { createPostgresBackend } from 'bullmq';
import { contender } from './bullmq.ts';

const connection = (connectionString: string) => ({ connectionString, migrate: true });

export default contender('on Postgres', { connection, factory: createPostgresBackend, isSlow: true });
