#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A clone of the repository runs its sources, so that nothing has to be built there; the package has no tsconfig.json.
const isClone = existsSync(new URL('../tsconfig.json', import.meta.url));
await import(isClone ? '../src/cli.ts' : '../dist/cli.js');
