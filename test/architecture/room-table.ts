import type { Room } from './rooms.ts';

const ROW = /^\| *`(?<room>[a-z]+)` *\|[^|]*\| *(?<may>[^|]*?) *\|$/gm;

/** Who may import whom, as the table of docs/architecture.md has it: "`jobs`, `db`; types of `config`". */
export function readRoomTable(markdown: string): Map<string, Required<Room>> {
  const [, section = ''] = markdown.split('## Who may import whom');
  const rows = [...section.matchAll(ROW)].map(({ groups }) => {
    const [imports = '', types = ''] = (groups?.may ?? '').split('; types of ');
    return [groups?.room ?? '', { imports: namesIn(imports), types: namesIn(types) }] as const;
  });
  return new Map(rows);
}

function namesIn(list: string): string[] {
  return list === 'everything' ? ['*'] : [...list.matchAll(/`([a-z]+)`/g)].map(([, name = '']) => name);
}
