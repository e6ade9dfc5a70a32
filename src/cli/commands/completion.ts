import { suggestion } from '../arguments/suggestion.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { COMMANDS } from '../commands.ts';
import { loadCommand } from '../load-command.ts';
import { renderCompletion } from '../render-completion.ts';

const SHELLS = ['bash', 'zsh'] as const;

export const completion: Command = {
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
    output.write(renderCompletion(known, await Promise.all(COMMANDS.map(loadCommand))));
    return 0;
  },
};
