import { parseAccept } from 'hono/utils/accept';
import { en, type Texts } from './en/en.ts';
import { zh } from './zh/zh.ts';

/** A language that the pages speak, by its tag for browsers. */
export type Language = keyof typeof LANGUAGES;

/** To add one: a folder of texts beside en, and a line here. */
export const LANGUAGES = {
  en: { name: 'English', texts: en },
  'zh-Hans': { name: '简体中文', texts: zh },
} as const satisfies Record<string, { name: string; texts: Texts }>;

const DEFAULT: Language = 'en';

/** What somebody chose, else what the browser asks for, else English. */
export function chooseLanguage(chosen: string | undefined, acceptLanguage: string | undefined): Language {
  if (isLanguage(chosen)) return chosen;
  const asked = parseAccept(acceptLanguage ?? '').sort((a, b) => b.q - a.q);
  for (const { type } of asked) {
    const found = spoken(type.toLowerCase());
    if (found) return found;
  }
  return DEFAULT;
}

export function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && Object.hasOwn(LANGUAGES, tag);
}

/** Simplified characters serve readers of Chinese everywhere better than English does. */
function spoken(tag: string): Language | undefined {
  const [primary] = tag.split('-');
  if (primary === 'zh') return 'zh-Hans';
  return primary === 'en' ? 'en' : undefined;
}
