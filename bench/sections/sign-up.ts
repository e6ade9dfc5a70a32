import { startHttpServer } from '../http-load.ts';
import { preparePlace } from '../place.ts';
import type { Bench, Section } from '../section.ts';
import { serverCost } from '../server-cost.ts';
import { statementsOf } from '../statements.ts';
import { tidy } from '../tidy.ts';

const KINDS = { bank: 'with hashing', 'bank-without-hashing': 'without hashing' } as const;
type Kind = keyof typeof KINDS;

const INSERTS = /insert into "?users/i;

/** Why each statement of a sign-up is needed, by what it looks like. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /^begin/i,
    'customer and jobs are there together or not at all; limits of the request, kept by the server',
  ],
  [
    INSERTS,
    'the customer, the name that is now taken, and the verification, in one: whether the address is free is only known by inserting it',
  ],
  [
    /send_verify_email|critical/i,
    'the job that mails the link: its check, its row and the wake-up of workers',
  ],
  [
    /enqueue|job/i,
    'one of the two jobs, each in a queue of its own: its check, its row and the wake-up of workers',
  ],
  [/^commit/i, 'what was said is on disk from here on'],
];

export const signUp: Section = {
  letter: 'd',
  name: 'sign-up',
  title: 'Signing up over HTTP',
  question: `The bank's sign-up, from twenty connections at once: a customer, a verification and two jobs in one transaction. With
hashing, a password costs some 25 ms of a core on purpose (Argon2id); without, it is left out, so that what is left shows. CPU of
Node is that of the API. The statements below are what one sign-up sends to Postgres, as the server logged them.`,
  sizes: { signUps: { full: 1_000, least: 40 } },
  columns: [
    { key: 'signUpsPerSecond', title: 'sign-ups/s' },
    { key: 'nodeMs', title: 'ms of Node each', digits: 2 },
    { key: 'serverMs', title: 'ms of Postgres each', digits: 2 },
    { key: 'walBytes', title: 'WAL, bytes each' },
    { key: 'statements', title: 'statements each', digits: 1 },
  ],
  chart: { title: 'CPU of a sign-up, ms: Node (dark) and Postgres (light)', keys: ['nodeMs', 'serverMs'] },
  ratios: [
    {
      name: 'CPU of Node with hashing, by that without',
      of: (rows) =>
        rows.median('bank', 'nodeMs', KINDS.bank) /
        rows.median('bank', 'nodeMs', KINDS['bank-without-hashing']),
      digits: 1,
    },
  ],
  async run(bench) {
    const place = await preparePlace(bench.servers, 'bank', []);
    if (!place) throw new Error('the bank needs Postgres');
    let customerCount = 0;
    const bodyOf = () => customer(customerCount++);
    const statements = await listStatements(bench, place.url, bodyOf);
    const found = await bench.inTurns(
      Object.keys(KINDS) as Kind[],
      (kind) => `bank ${KINDS[kind]}`,
      async (kind) => {
        await using api = await startHttpServer(kind, place.url);
        const load = { path: '/v1/users', count: bench.size('signUps'), bodyOf };
        await api.warmUp(load);
        await tidy(bench.servers, place);
        const { result, ...server } = await serverCost(bench.servers, place, () => api.send(load));
        return {
          signUpsPerSecond: (load.count / result.ms) * 1_000,
          nodeMs: result.cpuMs / load.count,
          serverMs: server.cpuMs / load.count,
          walBytes: server.walBytes / load.count,
          statements: statements.length,
        };
      },
    );
    return {
      rows: [...found].map(([kind, figures]) => ({ contender: 'bank', when: KINDS[kind], figures })),
      notes: [`${bench.size('signUps')} sign-ups a run.`],
      words: explain(statements),
    };
  },
};

/** Of one sign-up, when nobody else asks; what the API sends by itself meanwhile is in other transactions, and left out. */
async function listStatements({ servers }: Bench, url: string, bodyOf: () => unknown): Promise<string[]> {
  const load = { path: '/v1/users', count: 1, bodyOf };
  {
    await using api = await startHttpServer('bank', url); // migrates
    await api.warmUp(load);
  }
  const all = await statementsOf(servers, url, async () => {
    await using api = await startHttpServer('bank', url);
    await api.send(load);
  });
  const inserted = all.findLastIndex((text) => INSERTS.test(text));
  const begin = all.slice(0, inserted + 1).findLastIndex((text) => /^begin/i.test(text));
  const end = all.findIndex((text, index) => index > inserted && /^commit/i.test(text));
  return all.slice(begin, end + 1);
}

function explain(statements: readonly string[]): string[][] {
  return [
    ['statement', 'what for'],
    ...statements.map((text) => [
      `\`${shorten(text).replaceAll('|', '\\|')}\``,
      REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? '?',
    ]),
  ];
}

function shorten(text: string): string {
  return text.length <= 70 ? text : `${text.slice(0, 69)}…`;
}

function customer(n: number): object {
  const account = `customer_${n}`;
  return { account, username: 'Ada', email: `${account}@customers.example`, password: 'a password of hers' };
}
