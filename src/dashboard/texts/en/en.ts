import { done } from './done.ts';
import { overview } from './overview.ts';
import { parts } from './parts.ts';
import { queues } from './queues.ts';
import { shell } from './shell.ts';

/** All texts in English; its type is what every language has. */
export const en = { shell, parts, done, overview, queues };

export type Texts = typeof en;
