// The first import of the entry file: as process 1 of a container, Node ignores these signals until
// they have a handler, and a pod that is deleted while the rest loads would wait for all its grace.
let end = (code: number): void => process.exit(code);
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, (_: string, number: number) => end(128 + number));

/** From now on the signals begin this work, once, instead of ending the process at once. */
export function atTermination(work: () => void): void {
  end = () => {
    end = () => undefined;
    work();
  };
}
