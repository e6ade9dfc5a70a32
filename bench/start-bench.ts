import { type Figures, type Measured, toFigures } from './figures.ts';
import { type Place, preparePlace } from './place.ts';
import type { Bench, Section } from './section.ts';
import type { Servers } from './servers.ts';

export interface BenchOptions {
  servers: Servers;
  rounds: number;
  isQuick: boolean;
  /** Of the full sizes. */
  scale: number;
  /** The only ones that take part. @default all */
  contenders?: readonly string[] | undefined;
}

/** What a section measures with, of its own sizes. */
export function startBench(options: BenchOptions, section: Section): Bench {
  const { servers, rounds, isQuick, contenders } = options;
  return {
    servers,
    rounds,
    isQuick,
    size: (name) => sizeOf(name, section, options),
    places: (names, queues = ['default']) =>
      preparePlaces(
        servers,
        names.filter((name) => contenders?.includes(name) ?? true),
        queues,
      ),
    inTurns: (subjects, nameOf, measure, times = rounds) =>
      inTurns(subjects, measure, {
        rounds: times,
        tell: (round, subject, measured) =>
          tell(`${round} ${nameOf(subject).padEnd(40)} ${toLine(measured)}`),
      }),
    tell,
  };
}

function sizeOf(name: string, { sizes }: Section, { isQuick, scale }: BenchOptions): number {
  const size = sizes[name];
  if (!size) throw new Error(`expected one of ${Object.keys(sizes).join(', ')}, received ${name}`);
  const { full, quick = full / 10, least = 1 } = size;
  return Math.max(least, Math.round(isQuick ? quick : full * scale));
}

async function preparePlaces(
  servers: Servers,
  names: readonly string[],
  queues: readonly string[],
): Promise<Place[]> {
  const places: Place[] = [];
  for (const name of names) {
    const place = await preparePlace(servers, name, queues);
    if (place) places.push(place);
  }
  return places;
}

async function inTurns<Subject>(
  subjects: readonly Subject[],
  measure: (subject: Subject) => Promise<Measured>,
  { rounds, tell }: { rounds: number; tell: (round: number, subject: Subject, measured: Measured) => void },
): Promise<Map<Subject, Figures>> {
  const all = new Map(subjects.map((subject): [Subject, Measured[]] => [subject, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [subject, measured] of all) {
      const latest = await measure(subject);
      measured.push(latest);
      tell(round, subject, latest);
    }
  }
  return new Map([...all].map(([subject, measured]) => [subject, toFigures(measured)]));
}

function toLine(measured: Measured): string {
  return Object.entries(measured)
    .map(([key, value]) => `${key} ${value.toPrecision(4)}`)
    .join('  ');
}

function tell(line: string): void {
  console.log(line);
}
