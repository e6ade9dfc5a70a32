#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Before anything that an older Node cannot even load; npm only warns of `engines` in package.json, which says the same.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`howdah: expected Node 22.18 or later, this is ${process.versions.node}\n`);
  process.exit(1);
}

// A clone of the repository runs its sources, so that nothing has to be built there; the package has no tsconfig.json.
const isClone = existsSync(new URL('../tsconfig.json', import.meta.url));
await import(isClone ? '../src/cli.ts' : '../dist/cli.js');
