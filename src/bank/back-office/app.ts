import { defineApp } from '../../index.ts';
import { openServices } from '../open-services.ts';
import type { Services } from '../services.ts';
import { type BankSettings, readBankSettings } from '../settings/bank-settings.ts';
import deleteExpiredVerifications from '../tasks/delete-expired-verifications.ts';
import sendVerifyEmail from '../tasks/send-verify-email.ts';
import sendWelcomeEmail from '../tasks/send-welcome-email.ts';

/**
 * Whoever is behind the broker when the bank's tasks go there: a second application, which does their work. It has a Howdah of its own,
 * be it in the bank's database (HOWDAH_SCHEMA=back_office), and nothing to do with that of the bank. SOURCES says from where its
 * messages come, such as `rabbitmq:send_verify_email>send_verify_email`.
 */
export default defineApp<Services, BankSettings>({
  name: 'back-office',
  tasks: [sendVerifyEmail, sendWelcomeEmail, deleteExpiredVerifications],
  readSettings: readBankSettings,
  openServices,
  publicUrl: ({ publicUrl }) => publicUrl,
});
