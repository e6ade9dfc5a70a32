import { done } from './done.ts';
import { overview } from './overview.ts';
import { parts } from './parts.ts';
import { shell } from './shell.ts';

/** All texts in English; its type is what every language has. */
export const en = { shell, parts, done, overview };

export type Texts = typeof en;
