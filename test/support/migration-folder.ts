import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A folder of migrations as drizzle-kit keeps it, in a temporary place. */
export interface MigrationFolder {
  readonly path: string;
  readonly url: URL;
  /**
   * Adds one, or gives it another text.
   *
   * @param when its stamp. @default later than all before
   * @returns the path of its file
   */
  add(name: string, text: string, when?: number): Promise<string>;
  remove(): Promise<void>;
}

export async function makeMigrationFolder(): Promise<MigrationFolder> {
  const path = await mkdtemp(join(tmpdir(), 'howdah-migrations-'));
  const stamps = new Map<string, number>();
  await mkdir(join(path, 'meta'));
  const writeJournal = async () => {
    const entries = [...stamps].map(([tag, when], idx) => ({
      idx,
      version: '7',
      when,
      tag,
      breakpoints: true,
    }));
    const journal = { version: '7', dialect: 'postgresql', entries };
    await writeFile(join(path, 'meta', '_journal.json'), JSON.stringify(journal));
  };
  await writeJournal();
  return {
    path,
    url: pathToFileURL(path),
    async add(name, text, when = Math.max(0, ...stamps.values()) + 1_000) {
      stamps.set(name, when);
      const file = join(path, `${name}.sql`);
      await writeFile(file, text);
      await writeJournal();
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
