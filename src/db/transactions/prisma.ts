import { hasMethod } from './has-method.ts';
import type { Library } from './library.ts';

/** The part of a Prisma client, or of what an interactive `$transaction` gives, that runs a statement. */
export interface PrismaExecutor {
  $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>;
}

/** Tried with @prisma/client 7.10.0 on @prisma/adapter-pg 7.10.0. */
export const PRISMA: Library<PrismaExecutor> = {
  owns: (client): client is PrismaExecutor => hasMethod(client, '$queryRawUnsafe'),
  ask: (client, text, values) => client.$queryRawUnsafe(text, ...values),
};
