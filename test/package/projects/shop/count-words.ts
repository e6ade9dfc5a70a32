import { defineTask } from 'howdah';
import { z } from 'zod';

export const countWords = defineTask({
  name: 'count_words',
  payload: z.strictObject({ text: z.string() }),
});
