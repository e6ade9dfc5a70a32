import {
  type GetPrismaClientConfig,
  getPrismaClient,
  type PrismaClientOptions,
} from '@prisma/client/runtime/client';

/** The part of a generated client that the tests call, with the signatures that `prisma generate` gives it. */
export interface PrismaClient extends PrismaTransaction {
  $transaction<R>(
    work: (tx: PrismaTransaction) => Promise<R>,
    options?: { maxWait?: number; timeout?: number },
  ): Promise<R>;
  $disconnect(): Promise<void>;
}

export interface PrismaTransaction {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): PromiseLike<T>;
  orders: { create(args: { data: { note: string } }): Promise<{ note: string }> };
}

const RUNTIME = '@prisma/client/runtime/query_compiler_fast_bg.postgresql';

/**
 * What `prisma generate` 7.10.0 makes of the schema below with its generator `prisma-client`. It is not run here, since it
 * brings 230 MB and looks for an engine on the internet, which such a client never starts.
 */
const CONFIG: GetPrismaClientConfig = {
  previewFeatures: [],
  clientVersion: '7.10.0',
  engineVersion: '0edf323efd1d98336f3f0a68684b56f689b900d3',
  activeProvider: 'postgresql',
  inlineSchema: 'datasource db {\n  provider = "postgresql"\n}\n\nmodel orders {\n  note String @id\n}\n',
  runtimeDataModel: JSON.parse(
    '{"models":{"orders":{"fields":[{"name":"note","kind":"scalar","type":"String"}],"dbName":null,"schema":null}},"enums":{},"types":{}}',
  ),
  parameterizationSchema: {
    strings:
      'where orders.findUnique orders.findUniqueOrThrow orderBy cursor orders.findFirst orders.findFirstOrThrow orders.findMany data orders.createOne orders.createMany orders.createManyAndReturn orders.updateOne orders.updateMany orders.updateManyAndReturn create update orders.upsertOne orders.deleteOne orders.deleteMany having _count _min _max orders.groupBy orders.aggregate AND OR NOT note equals in notIn lt lte gt gte contains startsWith endsWith not set'.split(
        ' ',
      ),
    graph: [
      'JAkQBBoAAB8AMBsAAAQAEBwAAB8AMB0BAAAAAQEAAAABACABAAAAAQAgBBoAAB8AMBsAAAQAEBwAAB8AMB0BACAAIQADAAAABAAgAwAABQAwBA',
      'AAAQAgAwAAAAQAIAMAAAUAMAQAAAEAIAMAAAAEACADAAAFADAEAAABACABHQEAAAABAQgAAAkAIAEdAQAAAAEBCAAACwAwAQgAAAsAMAEdAQAk',
      'ACECAAAAAQAgCAAADgAgAR0BACQAIQIAAAAEACAIAAAQACACAAAABAAgCAAAEAAgAwAAAAEAIA8AAAkAIBAAAA4AIAEAAAABACABAAAABAAgAx',
      'UAACEAIBYAACMAIBcAACIAIAQaAAAaADAbAAAXABAcAAAaADAdAQAbACEDAAAABAAgAwAAFgAwFAAAFwAgAwAAAAQAIAMAAAUAMAQAAAEAIAQa',
      'AAAaADAbAAAXABAcAAAaADAdAQAbACEOFQAAHQAgFgAAHgAgFwAAHgAgHgEAAAABHwEAAAAEIAEAAAAEIQEAAAABIgEAAAABIwEAAAABJAEAAA',
      'ABJQEAAAABJgEAAAABJwEAAAABKAEAHAAhDhUAAB0AIBYAAB4AIBcAAB4AIB4BAAAAAR8BAAAABCABAAAABCEBAAAAASIBAAAAASMBAAAAASQB',
      'AAAAASUBAAAAASYBAAAAAScBAAAAASgBABwAIQgeAgAAAAEfAgAAAAQgAgAAAAQhAgAAAAEiAgAAAAEjAgAAAAEkAgAAAAEoAgAdACELHgEAAA',
      'ABHwEAAAAEIAEAAAAEIQEAAAABIgEAAAABIwEAAAABJAEAAAABJQEAAAABJgEAAAABJwEAAAABKAEAHgAhBBoAAB8AMBsAAAQAEBwAAB8AMB0B',
      'ACAAIQseAQAAAAEfAQAAAAQgAQAAAAQhAQAAAAEiAQAAAAEjAQAAAAEkAQAAAAElAQAAAAEmAQAAAAEnAQAAAAEoAQAeACEAAAABKQEAAAABAA',
      'AAAAMVAAYWAAcXAAgAAAADFQAGFgAHFwAIAQIBAgMBBQYBBgcBBwgBCQoBCgwCCw0DDA8BDRECDhIEERMBEhQBExUCGBgFGRkJ',
    ].join(''),
  },
  compilerWasm: {
    getRuntime: async () => await import(`${RUNTIME}.mjs`),
    async getQueryCompilerWasmModule() {
      const { wasm } = await import(`${RUNTIME}.wasm-base64.mjs`);
      const { Module } = Reflect.get(globalThis, 'WebAssembly'); // Node's types leave it to the DOM's
      return new Module(Buffer.from(wasm, 'base64'));
    },
    importName: './query_compiler_fast_bg.js',
  },
};

const Client = getPrismaClient(CONFIG);

export function createPrismaClient(adapter: PrismaClientOptions['adapter']): PrismaClient {
  return new Client({ adapter } as PrismaClientOptions) as unknown as PrismaClient;
}
