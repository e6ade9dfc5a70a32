import { COMMON_OPTIONS } from './arguments/parse-arguments.ts';
import type { NamedCommand } from './command.ts';

/** What registers the function for npx too, unless that has a completion already; zsh looks through aliases to npx. */
const REGISTER = {
  bash: 'complete -p npx >/dev/null 2>&1 || complete -o default -F _howdah npx',
  zsh: '(( $+_comps[npx] )) || complete -o default -F _howdah npx',
};

/** A function that says what may follow a word; zsh runs it through its own emulation of bash's completion. */
export function renderCompletion(shell: 'bash' | 'zsh', commands: readonly NamedCommand[]): string {
  const names = [...commands.map(({ name }) => name), 'help'].join(' ');
  return `# Completion of howdah for ${shell}: npx howdah completion ${shell}
${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_howdah() {
  local at=$COMP_CWORD first=1 choices=
  if [ "\${COMP_WORDS[0]##*/}" = npx ]; then
    [ "$at" -gt 1 ] && [ "\${COMP_WORDS[1]}" = howdah ] || return 0
    first=2
  fi
  local word=\${COMP_WORDS[at]} before=\${COMP_WORDS[at-1]} name=\${COMP_WORDS[first]}
  if [ "$word" = = ]; then word=; elif [ "$before" = = ]; then before=\${COMP_WORDS[at-2]}; fi
  if [ "$at" -eq "$first" ]; then
    choices="${names} --help --version"
  else
    case "$name $before" in
${commands.flatMap(valueCases).join('\n')}
    esac
    if [ -z "$choices" ]; then
      case "$name" in
        help) choices="${names}" ;;
${commands.map(optionCase).join('\n')}
      esac
    fi
  fi
  COMPREPLY=($(compgen -W "$choices" -- "$word"))
}
complete -o default -F _howdah howdah
${REGISTER[shell]}
`;
}

/** After an option with a value: the few known ones, or nothing of ours. */
function valueCases({ name, options = {} }: NamedCommand): string[] {
  return Object.entries(options).flatMap(([option, { value, choices }]) => {
    if (value === undefined) return [];
    const then = choices ? `choices="${choices.join(' ')}"` : 'return 0';
    return [`      "${name} --${option}") ${then} ;;`];
  });
}

function optionCase({ name, options = {}, choices = [] }: NamedCommand): string {
  const words = Object.keys({ ...options, ...COMMON_OPTIONS }).map((option) => `--${option}`);
  return `        ${name}) choices="${[...choices, ...words].join(' ')}" ;;`;
}
