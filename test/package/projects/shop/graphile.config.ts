import { createCliPreset } from 'howdah/graphile';
import app from './howdah.config.js';

export default await createCliPreset(app);
