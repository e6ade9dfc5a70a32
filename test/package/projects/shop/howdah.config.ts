import { defineApp } from 'howdah';
import type { Pool } from 'pg';

export interface Services {
  pool: Pool;
}

export default defineApp<Services>({
  name: 'shop',
  tasks: './tasks',
  openServices: ({ pool }) => ({ pool }),
});
