import { PrismaPg } from '@prisma/adapter-pg';
import type { Adapter } from './adapter.ts';
import { keepsTheContract } from './contract.ts';
import { createPrismaClient, type PrismaTransaction } from './prisma-client.ts';

keepsTheContract('Prisma', async (connectionString): Promise<Adapter<PrismaTransaction>> => {
  const prisma = createPrismaClient(new PrismaPg({ connectionString }));
  return {
    transaction: (work) => prisma.$transaction(work, { maxWait: 60_000, timeout: 60_000 }),
    insert: (tx, note) => tx.orders.create({ data: { note } }),
    outside: prisma,
    close: () => prisma.$disconnect(),
  };
});
