import { serviceCommand } from '../serve.ts';

export const start = serviceCommand('all', {
  about: [
    'In development it brings a Postgres of its own unless DATABASE_URL is set, and makes up what secrets are missing.',
    'SIGTERM stops it: no more jobs are taken, the running ones get SHUTDOWN_TIMEOUT (8s).',
  ],
  examples: [['start', 'worker and API of the application in this folder']],
});
