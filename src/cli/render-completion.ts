import type { Command } from './command.ts';
import { COMMON_OPTIONS } from './parse-arguments.ts';

/** A function that says what may follow a word; zsh runs it through its own emulation of bash's completion. */
export function renderCompletion(shell: 'bash' | 'zsh', commands: readonly Command[]): string {
  const names = [...commands.map(({ name }) => name), 'help'].join(' ');
  return `# Completion of howdah for ${shell}: npx howdah completion ${shell}
${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_howdah() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} choices=
  if [ "$COMP_CWORD" -eq 1 ]; then
    choices="${names} --help --version"
  else
    case "\${COMP_WORDS[1]} $before" in
${commands.flatMap(valueCases).join('\n')}
    esac
    if [ -z "$choices" ]; then
      case "\${COMP_WORDS[1]}" in
        help) choices="${names}" ;;
${commands.map(optionCase).join('\n')}
      esac
    fi
  fi
  COMPREPLY=($(compgen -W "$choices" -- "$word"))
}
complete -F _howdah howdah
`;
}

/** After an option with a value of a few known ones: those. */
function valueCases({ name, options = {} }: Command): string[] {
  return Object.entries(options).flatMap(([option, { choices }]) =>
    choices ? [`      "${name} --${option}") choices="${choices.join(' ')}" ;;`] : [],
  );
}

function optionCase({ name, options = {}, choices = [] }: Command): string {
  const words = Object.keys({ ...options, ...COMMON_OPTIONS }).map((option) => `--${option}`);
  return `        ${name}) choices="${[...choices, ...words].join(' ')}" ;;`;
}
