import type { Command } from '../command.ts';

export const init: Command = {
  about: [
    'Makes howdah.config.ts, a folder tasks with one task, and a crontab. Files that are there already stay as they are.',
    'Where there is no code yet it makes tsconfig.json too, and has package.json say "type": "module".',
  ],
  examples: [['init', 'begin in this folder']],
  async run({ output }) {
    const { initialize } = await import('../init/initialize.ts');
    const made = await initialize(process.cwd());
    if (output.isJson) output.json(made);
    else output.write(renderMade(made));
    return 0;
  },
};

function renderMade({
  made,
  kept,
  changed,
  next,
}: Awaited<ReturnType<typeof import('../init/initialize.ts').initialize>>): string {
  const lines = [
    ...made.map((file) => `made     ${file}`),
    ...changed.map((what) => `changed  ${what}`),
    ...kept.map((file) => `kept     ${file} (it was there)`),
    '',
    'Next:',
    ...next.map(({ command, does }) => `  ${command.padEnd(58)} # ${does}`),
  ];
  return `${lines.join('\n')}\n`;
}
