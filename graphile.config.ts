import { createCliPreset } from './src/start/cli-preset.ts';

export default await createCliPreset();
