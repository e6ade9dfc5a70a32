import { ROOMS, type Room, roomOf, VENDORS, wiresEverything } from './rooms.ts';
import type { Import, SourceFile } from './source-file.ts';

/** What package.json exports. */
export const ENTRIES = new Set(
  ['index', 'http', 'client', 'graphile', 'testing'].map((name) => `src/${name}.ts`),
);

/** Whether a file may import another of the repository. */
export function mayImport(file: SourceFile, { target, isTypeOnly }: Import): boolean {
  if (!target.startsWith('src/')) return false;
  const room = roomOf(file.path);
  if (ENTRIES.has(file.path)) return true;
  if (room === roomOf(target) || wiresEverything(room)) return true;
  return isAllowed(ROOMS[room], [roomOf(target)], isTypeOnly);
}

/** Whether a file may import a package, in this way. */
export function mayUse({ path }: SourceFile, { target, isTypeOnly, isLater }: Import): boolean {
  const vendor = VENDORS[target];
  if (vendor?.isOptional && !isTypeOnly && !isLater) return false;
  if (vendor && !vendor.isTheirsAlone && wiresEverything(roomOf(path))) return true;
  return isAllowed(vendor, [path, roomOf(path), ...foldersOf(path)], isTypeOnly);
}

function isAllowed(room: Room | undefined, names: readonly string[], isTypeOnly: boolean): boolean {
  return names.some((name) => room?.imports.includes(name) || (isTypeOnly && room?.types?.includes(name)));
}

/** Each with a slash at its end. */
function foldersOf(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
}
