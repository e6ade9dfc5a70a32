import { createRequire } from 'node:module';

/**
 * drizzle, by its CommonJS build: of an ES module Node looks for the package each time, and reads drizzle's package.json of
 * 179 KB for each of the hundred there are, which costs half a second of CPU and 240 MB. So it is a tenth of that.
 */
const require = createRequire(import.meta.url);
const core: typeof import('drizzle-orm') = require('drizzle-orm');
const columns: typeof import('drizzle-orm/pg-core') = require('drizzle-orm/pg-core');
const driver: typeof import('drizzle-orm/node-postgres') = require('drizzle-orm/node-postgres');

export const { and, createTableRelationsHelpers, eq, extractTablesRelationalConfig, inArray, isNull, sql } =
  core;
export const { bigint, check, index, PgDialect, pgTable, text, timestamp, uniqueIndex, uuid } = columns;
export const { drizzle, NodePgSession, NodePgTransaction } = driver;
