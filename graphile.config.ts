import app from './howdah.config.ts';
import { createCliPreset } from './src/start/cli-preset.ts';

export default await createCliPreset(app);
