// An application with one task that loads nothing. It sees the built package, as it imports what package.json exports.
import { defineApp } from 'howdah';

export default defineApp({ name: 'bench', tasks: './tasks' });
