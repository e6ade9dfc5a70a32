import type { Command } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { suggestion } from '../nearest.ts';

const SHELLS = ['bash', 'zsh'] as const;

export const completion: Command = {
  name: 'completion',
  summary: 'Print a script that completes commands and options in a shell',
  usage: 'bash | zsh',
  about: ['It completes npx howdah, and howdah by itself: alias howdah="npx howdah"'],
  argumentCount: [1, 1],
  choices: SHELLS,
  examples: [
    [`completion bash >> ~/.bashrc`, 'for bash'],
    [`completion zsh >> ~/.zshrc`, 'for zsh, after its compinit'],
  ],
  async run({ args: [shell = ''], output }) {
    const known = SHELLS.find((each) => each === shell);
    if (!known) {
      throw new UsageError(
        `expected ${SHELLS.join(' or ')}; received "${shell}"${suggestion(shell, SHELLS)}`,
      );
    }
    const [{ COMMANDS }, { renderCompletion }] = await Promise.all([
      import('../commands.ts'),
      import('../render-completion.ts'),
    ]);
    output.write(renderCompletion(known, COMMANDS));
    return 0;
  },
};
