import { defineConfig } from 'drizzle-kit';

/** Of the bank. Howdah's own migrations are written by hand, in drizzle/howdah. */
export default defineConfig({ dialect: 'postgresql', schema: './src/bank/schema.ts', out: './drizzle/bank' });
