import { APP_OPTIONS } from '../arguments/app-options.ts';
import type { Command } from '../command.ts';

export const doctor: Command = {
  about: [
    'It changes nothing, and needs the rights of the service. Run it with the environment of the service.',
    'Exit code 1 when something needs to be done; warnings leave it 0.',
  ],
  options: APP_OPTIONS,
  examples: [
    ['doctor', 'everything that can be checked from here'],
    [`doctor --json | jq '.findings[] | select(.level != "ok")'`, 'only what is wrong, for programs'],
  ],
  async run({ output, findApp }) {
    const [{ examine }, { renderFindings }] = await Promise.all([
      import('../doctor/examine.ts'),
      import('../doctor/finding.ts'),
    ]);
    const findings = await examine(await findApp());
    const hasErrors = findings.some(({ level }) => level === 'error');
    if (output.isJson) output.json({ ok: !hasErrors, findings });
    else output.write(renderFindings(findings, output.paint));
    return hasErrors ? 1 : 0;
  },
};
