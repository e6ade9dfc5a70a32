/**
 * Fires at the first Ctrl-C or SIGTERM, for a command that ends in order; a second one ends the process as ever. To be
 * disposed of when that command is done.
 */
export function interruptSignal(): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const interrupt = () => {
    controller.abort();
    release();
  };
  const release = () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return { signal: controller.signal, [Symbol.dispose]: release };
}
