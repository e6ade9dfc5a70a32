import type { OptionDefinitions } from '../command.ts';

/** Options of commands that need the application. */
export const APP_OPTIONS: OptionDefinitions = {
  config: {
    value: 'FILE',
    help: 'The file that holds the application (HOWDAH_CONFIG; howdah.config.ts here)',
  },
};
