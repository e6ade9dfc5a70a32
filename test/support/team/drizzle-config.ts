import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './test/support/team/schema.ts',
  dbCredentials: { url: process.env['DATABASE_URL'] ?? '' },
});
