import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, test } from 'node:test';

const FOLDER = new URL('../../src/db/sql/', import.meta.url);
const CREATED = /^create (?:\w+ )*?(?:view|function|trigger|type) (?:howdah\.)?:?"?(\w+)/gm;
/** What is filled in for each queue. */
const PLACEHOLDER = /:(["'])(\w+)\1/;

/** Parts of one subject that make no sense apart, so named for that. */
const SUBJECTS = new Set(['hand_over', 'installation', 'filter_conditions', 'payload_shape']);

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.sql'))
  .map((path) => ({
    path,
    name: basename(path, '.sql'),
    text: readFileSync(new URL(path, FOLDER), 'utf8'),
  }));

describe('every file of SQL', () => {
  test('begins with what it is for', () => {
    assert.deepEqual(
      files.filter(({ text }) => !/^-- \S+ /.test(text)).map(({ path }) => path),
      [],
    );
  });

  test('makes what it is named for, if it makes anything', () => {
    const others = files.filter(({ name, text }) => {
      const made = [...text.matchAll(CREATED)].map(([, each]) => each);
      const own = name.replace(/^queue_/, '');
      return (
        made.length > 0 &&
        !SUBJECTS.has(name) &&
        ![name, own, `howdah_${own}`].some((each) => made.includes(each))
      );
    });
    assert.deepEqual(
      others.map(({ path }) => path),
      [],
    );
  });

  test('lies in queue/ if it is made for each queue, and nowhere else', () => {
    for (const { path, text } of files) {
      const isTemplate = PLACEHOLDER.test(text.replace(/^\s*--.*$/gm, ''));
      assert.equal(path.startsWith('queue/'), isTemplate, path);
    }
  });

  /** The body of a function is read under the settings of whoever calls it first: off, a backslash in '…' would be lost. */
  test('writes a backslash in E-strings only, whatever standard_conforming_strings says', () => {
    // A literal goes on in the next line, as what it began as.
    const texts =
      /--.*$|"[^"]*"|\bE'(?:\\[\s\S]|''|[^'\\])*'(?:\s*\n(?:\s*--.*\n)*\s*'(?:\\[\s\S]|''|[^'\\])*')*|'(?:''|[^'])*'/gm;
    for (const { path, text } of files) {
      const plain = (text.match(texts) ?? []).filter((each) => each.startsWith("'") && each.includes('\\'));
      assert.deepEqual(plain, [], path);
    }
  });
});
