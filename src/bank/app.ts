import { defineApp } from '../index.ts';
import { openServices } from './open-services.ts';
import type { Services } from './services.ts';
import { type BankSettings, bankWarnings, readBankSettings } from './settings/bank-settings.ts';

/** The bank: customers sign up, and mails follow them. */
export default defineApp<Services, BankSettings>({
  name: 'bank',
  tasks: './tasks',
  crontab: './crontab',
  migrations: '../../drizzle/bank',
  readSettings: readBankSettings,
  warn: bankWarnings,
  openServices,
  // Only a process that serves them loads what pages and schemas are made with.
  async addRoutes(routes, context) {
    const { addBankRoutes } = await import('./routes/bank-routes.ts');
    addBankRoutes(routes, context);
  },
  publicUrl: ({ publicUrl }) => publicUrl,
  introduce: ({ mailbox }, url) => ({ Mailbox: mailbox && `${url}/mailbox` }),
});
