// npm run bench: Howdah beside its peers, on one machine, in turns. Options:
//   --only b,live     those sections, by letter or name; else all
//   --list            what there is
//   --save            into docs/performance.md, its JSON and its charts: those sections that were run, the others stay
//   --render          page and charts anew from the JSON, nothing is measured
//   --quick           some of them in small, and it fails where a ratio is far off: what .ci/run asks for
//   --jobs <count>    sizes in proportion, 200,000 being full; --rounds <count>; --contenders howdah,pg-boss
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { asyncStack } from '../src/start/async-stack.ts';
import { refuseFarOff } from './refuse-far-off.ts';
import { describeMachine } from './report/machine.ts';
import { type Ran, render, save } from './report/save.ts';
import { summarize } from './report/summary.ts';
import type { Section } from './section.ts';
import { SECTIONS } from './sections.ts';
import { startServers } from './servers.ts';
import { startBench } from './start-bench.ts';

/** That of the drain: the measure of all sizes. */
const FULL_JOBS = 200_000;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
    only: { type: 'string' },
    contenders: { type: 'string' },
    jobs: { type: 'string' },
    rounds: { type: 'string' },
  },
});

if (values.list)
  for (const { letter, name, title } of SECTIONS) console.log(`${letter}  ${name.padEnd(12)} ${title}`);
else if (values.render) await render();
else await measure(choose(values.only));

async function measure(sections: readonly Section[]): Promise<void> {
  if (!existsSync(new URL('node_modules', import.meta.url)))
    run('npm', 'ci', '--ignore-scripts', '--prefix', 'bench');
  run(process.execPath, 'packaging/build.ts');
  for (const section of sections) {
    const ran = await runSection(section);
    console.log(summarize(ran));
    if (values.save) await save(ran);
    if (values.quick) refuseFarOff(ran);
  }
}

/** On servers of its own, so that nothing of what was measured before is in its way. */
async function runSection(section: Section): Promise<Ran> {
  await using stack = asyncStack();
  const servers = await startServers(stack);
  const rounds = Number(values.rounds ?? (values.quick ? (section.quickRounds ?? 1) : 3));
  const options = {
    servers,
    rounds,
    isQuick: values.quick,
    scale: Number(values.jobs ?? FULL_JOBS) / FULL_JOBS,
    contenders: values.contenders?.split(','),
  };
  console.log(`\n${section.letter}. ${section.title}`);
  const machine = describeMachine();
  const startedAt = performance.now();
  const result = await section.run(startBench(options, section));
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  return {
    section,
    record: { at: new Date().toISOString(), seconds, machine, servers: servers.about, rounds, ...result },
  };
}

function choose(only: string | undefined): readonly Section[] {
  if (only === undefined) return SECTIONS.filter(({ isQuick = false }) => isQuick || !values.quick);
  return only.split(',').map((asked) => {
    const found = SECTIONS.find(({ letter, name }) => asked === letter || asked === name);
    if (!found) throw new Error(`there is no section ${asked}; --list has all`);
    return found;
  });
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
