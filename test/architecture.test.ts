import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { loadingCycles, mutualFolders } from './architecture/cycles.ts';
import { ENTRIES as PACKAGE_ENTRIES } from './architecture/may-import.ts';
import { packagesLoadedBy } from './architecture/packages-loaded.ts';
import { readRoomTable } from './architecture/room-table.ts';
import { ROOMS } from './architecture/rooms.ts';
import { breaches } from './architecture/rule.ts';
import { RULES } from './architecture/rules.ts';
import { findImports, readSourceFiles } from './architecture/source-file.ts';
import { unusedExports } from './architecture/unused-exports.ts';

const files = readSourceFiles(['src', 'test']);

describe('architecture', () => {
  for (const rule of RULES) {
    test(`files ${rule.name}`, () => {
      assert.ok(
        files.some(({ path }) => rule.applies(path)),
        'the rule applies to no file: is the tree read?',
      );
      const found = breaches(rule, files);
      assert.ok(found.length === 0, `\n\n${found.join('\n\n')}\n`);
    });
  }

  test('the map of rooms has no cycle', () => {
    const visit = (room: string, path: string[]): void => {
      assert.ok(!path.includes(room), `${[...path, room].join(' → ')} is a cycle: imports must run one way`);
      for (const next of ROOMS[room]?.imports ?? []) if (next !== '*') visit(next, [...path, room]);
    };
    for (const room of Object.keys(ROOMS)) visit(room, []);
  });

  const sources = files.filter(({ path }) => path.startsWith('src/'));

  test('no two folders import each other: one of them can be read without the other', () => {
    assert.deepEqual(mutualFolders(sources), []);
  });

  test('no files load each other: what one of them has would not be there yet', () => {
    assert.deepEqual(loadingCycles(sources), []);
  });

  test('no file of src exports a value that nothing imports: export what is imported, or delete it', () => {
    assert.deepEqual(unusedExports(files, PACKAGE_ENTRIES), []);
  });

  test('exports that nothing imports are found, those of types, of entries and in texts are none', () => {
    const few = [
      { path: 'src/index.ts', text: "export { one } from './a.ts';\nexport const entry = 1;\n" },
      {
        path: 'src/a.ts',
        text: 'export const one = 1;\nexport async function two() {}\nexport type T = 1;\n',
      },
      { path: 'src/b.ts', text: "import {\n  type T,\n  one as uno,\n} from './a.ts';\nexport class B {}\n" },
      { path: 'src/c.ts', text: 'const text = `\nexport const three = 3;\n`;\n// export const four\n' },
      { path: 'src/d.ts', text: "export const five = 5;\nvoid import('./e.ts');\n" },
      { path: 'src/e.ts', text: 'export const six = 6;\n' },
      { path: 'test/d.ts', text: "import { five } from '../src/d.ts';\n" },
    ];
    assert.deepEqual(unusedExports(few, new Set(['src/index.ts'])), ['src/a.ts: two', 'src/b.ts: B']);
  });

  test('cycles of folders and of files are found, those of types and of what is loaded later are not of files', () => {
    const around = [
      { path: 'src/work/a/one.ts', text: "import { two } from '../b/two.ts';\n" },
      { path: 'src/work/b/two.ts', text: "import { three } from './three.ts';\n" },
      { path: 'src/work/b/three.ts', text: "import { one } from '../a/one.ts';\nimport '../top.ts';\n" },
      { path: 'src/work/top.ts', text: "import type { two } from './b/two.ts';\nimport('./a/one.ts');\n" },
    ];
    assert.deepEqual(mutualFolders(around), [
      'src/work/a and src/work/b: src/work/a/one.ts imports src/work/b/two.ts, and src/work/b/three.ts imports src/work/a/one.ts',
    ]);
    assert.deepEqual(loadingCycles(around), [
      'src/work/a/one.ts → src/work/b/two.ts → src/work/b/three.ts → src/work/a/one.ts',
    ]);
  });
});

/** What a process of the queue begins with: a command line, a worker, its threads, a producer. */
const ENTRIES = [
  'src/cli.ts',
  'src/work/processor.ts',
  'src/work/fleet/member-thread.ts',
  'src/work/run/isolated-thread.ts',
  'src/enqueue/postgres-distributor.ts',
  'src/howdah/create-howdah.ts',
  'src/db/migration/migrate.ts',
  'src/start/service.ts',
  'src/http/app.ts',
  'src/index.ts',
];

describe('what the queue loads', () => {
  for (const entry of ENTRIES) {
    test(`${entry} loads no drizzle-orm, which costs half a second and 240 MB`, () => {
      assert.deepEqual(packagesLoadedBy(entry, files).get('drizzle-orm'), undefined);
    });
  }

  test('a command line loads no package before it knows the command', () => {
    const packages = packagesLoadedBy('src/cli.ts', files, { withLater: false });
    assert.deepEqual(
      [...packages.keys()].filter((name) => !name.startsWith('node:')),
      [],
    );
  });

  test('a producer loads neither the engine nor a server', () => {
    const packages = packagesLoadedBy('src/howdah/create-howdah.ts', files, { withLater: false });
    const known = ['pg', 'zod', '@opentelemetry/api'];
    assert.deepEqual(
      [...packages.keys()].filter((name) => !name.startsWith('node:') && !known.includes(name)),
      [],
    );
  });

  for (const entry of ['src/work/processor.ts', 'src/start/service.ts', 'src/index.ts']) {
    test(`${entry}, as a worker has it, loads nothing that describes an API`, () => {
      const packages = packagesLoadedBy(entry, files, { withLater: false });
      assert.deepEqual(packages.get('@hono/zod-openapi'), undefined);
    });
  }

  test('is followed through other files, and to what is imported later', () => {
    const chain = [
      { path: 'src/cli.ts', text: "import { b } from './b.ts';\nimport type { C } from 'c';\n" },
      { path: 'src/b.ts', text: "const { d } = await import('./d.ts');\n" },
      { path: 'src/d.ts', text: "import { sql } from 'drizzle-orm/pg-core';\n" },
    ];
    const way = ['src/cli.ts', 'src/b.ts', 'src/d.ts', 'drizzle-orm'];
    assert.deepEqual([...packagesLoadedBy('src/cli.ts', chain)], [['drizzle-orm', way]]);
    assert.equal(packagesLoadedBy('src/cli.ts', chain, { withLater: false }).size, 0);
  });
});

describe('docs/architecture.md', () => {
  const documented = readRoomTable(readFileSync(new URL('../docs/architecture.md', import.meta.url), 'utf8'));

  for (const [name, room] of Object.entries(ROOMS)) {
    test(`says what the room ${name} may import`, () => {
      assert.deepEqual(documented.get(name), { imports: room.imports, types: room.types ?? [] });
    });
  }

  test('knows no room that is not on the map', () => {
    assert.deepEqual([...documented.keys()].sort(), Object.keys(ROOMS).sort());
  });
});

describe('the architecture check', () => {
  for (const rule of RULES) {
    test(`finds files that do not: ${rule.name}`, () => {
      for (const file of rule.broken) {
        const [message = ''] = breaches(rule, [file]);
        assert.match(message, new RegExp(`^${file.path}`), `${file.path} passes:\n${file.text}`);
        assert.ok(message.includes(rule.why) && message.includes(rule.fix), 'the message explains the rule');
      }
    });
  }

  test('sees every form of import and no comment', () => {
    const text = `import a from 'a';
import type { B } from './b.ts';
import {
  c,
  type D,
} from '@scope/c/inner';
import 'node:e';
// import f from 'f';
/* import g from 'g'; */
const text = "from 'h'";
const i = await import('../i.ts');
export { j } from './j.ts';
`;
    const found = findImports({ path: 'src/room/x.ts', text });
    assert.deepEqual(
      found.map(({ line, target, isTypeOnly }) => [line, target, isTypeOnly]),
      [
        [1, 'a', false],
        [2, 'src/room/b.ts', true],
        [3, '@scope/c', false],
        [7, 'node:e', false],
        [12, 'src/room/j.ts', false],
        [11, 'src/i.ts', false],
      ],
    );
  });
});
