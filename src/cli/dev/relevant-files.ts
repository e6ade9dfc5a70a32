import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a service tells of the files that it is made of, by their URLs. */
export type Loaded =
  | { readonly module: string }
  /** All that is directly in these folders belongs to it, and these files. */
  | { readonly folders: readonly string[]; readonly files: readonly string[] }
  /** It is up, and has told of all but what it loads later. */
  | 'up';

const CODE = /\.[cm]?[jt]sx?$/;
const SOURCE = /(\.([cm]?[jt]sx?|json|sql)|^crontab|^\.env.*)$/;
const LOCK = /^(package-lock|npm-shrinkwrap)\.json$/;
const BESIDE_TASKS = /\.(d|test|spec)\.[cm]?[jt]s$/;
const ENVIRONMENT = /^\.env/;

/**
 * Which changes of files matter to a service: of the modules that it has loaded, of what is in its folders, of `.env` files,
 * and of what package.json says. What a running handler, a test or npm writes besides does not. While none is up, any code
 * matters, as what it takes is told a moment later than it is read; and while there is none, any source, as what it lacked is
 * not known.
 */
export class RelevantFiles {
  readonly #manifest: string;
  #manifestText: string | undefined;
  #modules = new Set<string>();
  #folders: readonly string[] = [];
  #state: 'none' | 'starting' | 'up' = 'none';

  /** @param folder where the package.json is */
  constructor(folder: string) {
    this.#manifest = join(folder, 'package.json');
    this.#manifestText = read(this.#manifest);
  }

  /** A service is started, of which nothing is known yet. */
  begin(): void {
    this.#modules = new Set();
    this.#folders = [];
    this.#state = 'starting';
  }

  /** It has ended by itself. */
  end(): void {
    this.#state = 'none';
  }

  add(loaded: Loaded): void {
    if (loaded === 'up') this.#state = 'up';
    else if ('module' in loaded) this.#modules.add(toPath(loaded.module));
    else this.#addPlaces(loaded);
  }

  has(path: string): boolean {
    if (path === this.#manifest) return this.#isManifestNew();
    const name = basename(path);
    if (this.#modules.has(path)) return true;
    if (!SOURCE.test(name) || LOCK.test(name)) return false;
    if (ENVIRONMENT.test(name) || this.#isInFolder(path)) return true;
    return this.#state === 'none' || (this.#state === 'starting' && CODE.test(name));
  }

  #addPlaces(loaded: Exclude<Loaded, string | { module: string }>): void {
    for (const file of loaded.files) this.#modules.add(toPath(file));
    this.#folders = loaded.folders.map((folder) => resolve(toPath(folder)));
  }

  /** The folder of migrations has one for what drizzle-kit keeps. */
  #isInFolder(path: string): boolean {
    const folder = dirname(path);
    return (
      !BESIDE_TASKS.test(path) && this.#folders.some((each) => folder === each || dirname(folder) === each)
    );
  }

  /** npm writes it anew with every installation. */
  #isManifestNew(): boolean {
    const text = read(this.#manifest);
    const isNew = text !== this.#manifestText;
    this.#manifestText = text;
    return isNew;
  }
}

/** Without the query that some loaders add. */
function toPath(url: string): string {
  return fileURLToPath(new URL(new URL(url).pathname, 'file:'));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
