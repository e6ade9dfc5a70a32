import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Gathering, type GatheringOptions } from '../../src/operate/gathering.ts';

/** What went together, a list each. */
let sent: string[][];
/** What went by itself. */
let alone: string[];
/** Ends what is under way, the first that was begun first. */
let ends: (() => void)[];

beforeEach(() => {
  [sent, alone, ends] = [[], [], []];
});

function gathering(options: Partial<GatheringOptions<string, string>> = {}) {
  const found = new Gathering<string, string>({
    places: 1,
    mostItems: 3,
    mostSize: 100,
    sizeOf: (item) => item.length,
    waitMs: Number.POSITIVE_INFINITY,
    async together(items) {
      sent.push([...items]);
      await new Promise<void>((resolve) => ends.push(resolve));
      return items.map((item) => `${item} with others`);
    },
    tooLate: () => new Error('too late'),
    ...options,
  });
  return (item: string) =>
    found.add(item, async () => {
      alone.push(item);
      await new Promise<void>((resolve) => ends.push(resolve));
      return `${item} alone`;
    });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function endAll(): Promise<void> {
  while (ends.length > 0) {
    for (const end of ends.splice(0)) end();
    await turn();
    await turn();
  }
}

describe('items that are gathered', () => {
  test('go alone when one comes by itself, though another is under way', async () => {
    const add = gathering({ places: 2 });
    const first = add('a');
    await turn();
    const second = add('b');
    await turn();
    assert.deepEqual(alone, ['a', 'b']);
    await endAll();
    assert.deepEqual(await Promise.all([first, second]), ['a alone', 'b alone']);
  });

  test('go together when they come in one turn of the event loop', async () => {
    const add = gathering();
    const answers = ['a', 'b'].map(add);
    await turn();
    assert.deepEqual(sent, [['a', 'b']]);
    await endAll();
    assert.deepEqual(await Promise.all(answers), ['a with others', 'b with others']);
    assert.deepEqual(alone, []);
  });

  test('wait for a place together, and go in the order in which they came', async () => {
    const add = gathering();
    const answers = [add('a')];
    await turn();
    for (const item of ['b', 'c']) {
      answers.push(add(item));
      await turn();
    }
    assert.deepEqual([alone, sent], [['a'], []]);
    await endAll();
    assert.deepEqual(sent, [['b', 'c']]);
    assert.deepEqual(await Promise.all(answers), ['a alone', 'b with others', 'c with others']);
  });

  test('are no more than so many, and no larger than so much, unless one is by itself', async () => {
    const add = gathering();
    const large = 'x'.repeat(101);
    const answers = ['a', 'b', 'c', 'd', 'e', large].map(add);
    await turn();
    await endAll();
    assert.deepEqual(
      [sent, alone],
      [
        [
          ['a', 'b', 'c'],
          ['d', 'e'],
        ],
        [large],
      ],
    );
    assert.equal((await Promise.all(answers)).length, 6);
  });

  test('go each by itself when nothing was done of them together, and fail each by itself', async () => {
    const found = new Gathering<string, string>({
      ...{ places: 1, mostItems: 10, mostSize: 100, waitMs: 1_000, sizeOf: () => 1 },
      together: async () => undefined,
      tooLate: () => new Error('too late'),
    });
    const answers = await Promise.allSettled([
      found.add('a', async () => 'a'),
      found.add('b', () => Promise.reject(new Error('b is wrong'))),
    ]);
    assert.deepEqual(answers[0], { status: 'fulfilled', value: 'a' });
    assert.match(String((answers[1] as PromiseRejectedResult).reason), /b is wrong/);
    assert.equal(await found.add('c', async () => 'c'), 'c', 'the place is free again');
  });

  test('fail together when it is not known what became of them', async () => {
    const add = gathering({ together: () => Promise.reject(new Error('the connection was lost')) });
    const answers = await Promise.allSettled(['a', 'b'].map(add));
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual(alone, []);
  });

  test('are given up when those before them take too long, which go on', async () => {
    const add = gathering({ waitMs: 5 });
    const first = add('a');
    await turn();
    await assert.rejects(add('b'), /too late/);
    const third = add('c');
    await endAll();
    await endAll();
    assert.deepEqual(await Promise.all([first, third]), ['a alone', 'c alone']);
    assert.deepEqual(alone, ['a', 'c']);
  });
});
