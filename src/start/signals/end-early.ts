// Imports nothing: as process 1, which has no default for signals, a process is deaf until these handlers are there.

const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const;

/** Ends the process at once, as nothing is open yet; a service that is stopped before it was up has done as it was told. */
const endService = () => process.exit(0);

/** What was to run to its end did not: whoever waits for it must not take it for done. */
const endCommand = (signal: NodeJS.Signals) => process.exit(EXIT_CODES[signal as keyof typeof EXIT_CODES]);

/** Obeys SIGTERM and SIGINT from now on, until `stopEndingEarly`. @param isService whether it runs until it is stopped */
export function endEarlyOnSignals(isService: boolean): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, isService ? endService : endCommand);
}

/** For who obeys signals in a better way. Call it after its own handlers are there, so that no signal meets none. */
export function stopEndingEarly(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.off(signal, endService);
    process.off(signal, endCommand);
  }
}
