/** What the database advises in SQL, as a command of the same effect. */
const COMMANDS: Readonly<Record<string, string>> = {
  retry_job: 'retry',
  cancel_job: 'cancel',
  run_job_now: 'run-now',
  resume_queue: 'resume',
};

const CALL = new RegExp(`select \\w+\\.(${Object.keys(COMMANDS).join('|')})\\('?([\\w-]+)'?\\)`, 'g');

/** A remedy as whoever is at a command line can type it; what has no command stays SQL, for `npx howdah sql --write`. */
export function remedyInCommands(remedy: string): string {
  return remedy.replace(CALL, (_call, name: string, of: string) => `npx howdah ${COMMANDS[name]} ${of}`);
}
