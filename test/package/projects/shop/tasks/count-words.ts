import { countWords } from '../count-words.js';
import app from '../howdah.config.js';

/** In a thread of its own, where it holds nobody up. */
export default app.handle(countWords, async ({ text }) => ({ words: text.split(/\s+/).length }), {
  isolate: 'thread',
});
