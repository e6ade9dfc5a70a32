import { defineTask } from 'howdah';
import { z } from 'zod';
import app from '../howdah.config.js';

const rest = defineTask({ name: 'rest', payload: z.object({}) });

export default app.handle(rest, async () => {});
