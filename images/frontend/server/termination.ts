/**
 * The signal that asks this process to end. The first import of the entry file: as process 1 of a
 * container, Node ignores signals that have no handler yet. Further ones change nothing.
 */
export const termination = new Promise<string>((resolve) => {
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => resolve(signal));
});
