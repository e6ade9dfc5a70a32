/** howdah.config.ts of an application with that name. */
export function renderConfig(name: string): string {
  return `import { defineApp } from 'howdah';

/** What handlers work with beside their payload: clients, stores, a pool of your own. */
export interface Services {
  greeting: string;
}

export default defineApp<Services>({
  name: '${name}',
  tasks: './tasks',
  crontab: './crontab',
  openServices: () => ({ greeting: 'Hello' }),
});
`;
}

/** A task to begin with. */
export function renderTask(extension: 'ts' | 'mts'): string {
  return `import { defineTask, z } from 'howdah';
import app from '../howdah.config.${extension}';

/** What it is: import this to enqueue it. */
export const sayHello = defineTask({
  name: 'say_hello',
  payload: z.strictObject({ name: z.string() }),
});

/** How it is done. It may run more than once for one job, so what it does must bear that. */
export default app.handle(sayHello, async ({ name }, { services, log }) => {
  log.info(\`\${services.greeting}, \${name}!\`);
});
`;
}

export function renderCrontab(): string {
  return `# What runs by the clock, in UTC: minute hour day month weekday task ?options {payload}
# 0 6 * * * say_hello {"name":"early bird"}
`;
}

/** tsconfig.json where Node runs the sources as they are: the compiler only checks, and takes what Node takes. */
export const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2024",
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "skipLibCheck": true
  }
}
`;
