import { type Migration, readMigrations } from './migration-folder.ts';

const FOLDER = new URL('../../../drizzle/howdah/', import.meta.url);

let migrations: readonly Migration[] | undefined;

/** All of Howdah's own in this version, in their order. */
export function numberedMigrations(): readonly Migration[] {
  migrations ??= readMigrations(FOLDER);
  return migrations;
}

/** Whether a later version than this one applied it. A sibling's of another branch, with a number that is here too, is none. */
export function isOfLaterVersion(name: string): boolean {
  return !(numberOf(name) <= Math.max(...numberedMigrations().map((each) => numberOf(each.name))));
}

function numberOf(name: string): number {
  return Number.parseInt(name, 10);
}
