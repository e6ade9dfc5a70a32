import { fileURLToPath } from 'node:url';
import { describeError } from '../errors/describe-error.ts';
import { stackFrames } from '../errors/stack-frames.ts';
import { isError } from '../errors/to-error.ts';
import { AppFileError } from './app-file-error.ts';

/**
 * A module that an application has written.
 *
 * @throws {AppFileError} when Node cannot load it, or a module that it imports: which, why, and what would help; and when its own
 *   code throws while it is loaded: what, and where
 */
export async function importAppFile(file: URL): Promise<{ default?: unknown }> {
  try {
    return await import(file.href);
  } catch (error) {
    if (error instanceof AppFileError) throw error;
    const fault = loadingFault(error) ?? ownFault(error);
    throw new AppFileError(`${fileURLToPath(file)} cannot be loaded: ${fault}`, { cause: error });
  }
}

const ELSE =
  "compile it and name the compiled howdah.config.js with --config, or run it by tsx: NODE_OPTIONS='--import tsx' npx howdah";

/** What each of Node's refusals is met by, where its own words do not say so. */
const ADVICE: readonly (readonly [refusal: RegExp, advice: string])[] = [
  [
    /not supported in strip-only mode/,
    `Node takes types away and compiles nothing. Write it without ("erasableSyntaxOnly" in tsconfig.json has the compiler say where), ${ELSE}`,
  ],
  [
    /Cannot find module '[./]/,
    `Node imports a file by its whole name, with the ending that it has on disk, as in ./send-receipt.ts. Write that, ${ELSE}`,
  ],
  [
    /^Cannot use import statement|^Unexpected token 'export'/,
    `Its package.json says "type": "commonjs". Make that "module", call the file .mts, ${ELSE}`,
  ],
  [/does not provide an export named/, 'If that is a type, import it with: import type'],
];

const CODE_OF_LOADING =
  /^(MODULE_NOT_FOUND|ERR_(MODULE_NOT_FOUND|PACKAGE_PATH_NOT_EXPORTED|UNSUPPORTED_\w+|INVALID_TYPESCRIPT_SYNTAX|UNKNOWN_FILE_EXTENSION|UNKNOWN_MODULE_FORMAT|REQUIRE_\w+))$/;

/** Where it is, in the line that Node puts in front of the stack of what it could not read. */
const PLACE = /^((?:file:\/\/|\/|[A-Z]:\\).*:\d+)\n/;

/** Of a frame of a stack: in its brackets, if it has some. */
const PLACE_OF_FRAME = /(?:file:\/\/|\/|[A-Z]:\\)[^()]*:\d+(?=:\d+\)?$)/;
const HERE = fileURLToPath(new URL('..', import.meta.url));

/** What the application's code threw, and its line that did. */
function ownFault(thrown: unknown): string {
  const { name, message } = describeError(thrown);
  const frames = isError(thrown) ? stackFrames(thrown).split('\n') : [];
  const place = frames
    .map((frame) => PLACE_OF_FRAME.exec(frame)?.[0])
    .map((found) => found && pathOf(found))
    .find((path) => path !== undefined && !path.startsWith(HERE) && !path.includes('/node_modules/'));
  return `its code throws ${name}: ${message}${place === undefined ? '' : ` (${place})`}`;
}

function loadingFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const place = PLACE.exec(error.stack ?? '')?.[1];
  const isOfLoading =
    (error instanceof SyntaxError && place !== undefined) ||
    ('code' in error && typeof error.code === 'string' && CODE_OF_LOADING.test(error.code));
  if (!isOfLoading) return undefined;
  const message = error.message.split('\n', 1)[0] ?? '';
  const advice = ADVICE.find(([refusal]) => refusal.test(message))?.[1];
  const lines = [place === undefined ? message : `${message} (${pathOf(place)})`, advice];
  return lines.filter((line) => line !== undefined).join('\n  ');
}

function pathOf(place: string): string {
  const [, file = place, line = ''] = /^(.*)(:\d+)$/.exec(place) ?? [];
  return `${file.startsWith('file:') ? fileURLToPath(file) : file}${line}`;
}
