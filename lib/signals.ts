import { Stopped } from "./ends";

/** Aborts when the user ends the command, or when whoever reads its output is gone. */
export function untilStopped(): AbortSignal {
  const stop = new AbortController();
  // npm passes on what a terminal has sent already: a second one must not cut the end short.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => stop.abort(new Stopped(signal)));
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", () => stop.abort(new Stopped("SIGPIPE")));
  return stop.signal;
}

/** The result of `work`, unless the user ends the command before it is there. @throws Stopped */
export function unlessStopped<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(stop.reason as Error);
    if (stop.aborted) ended();
    stop.addEventListener("abort", ended, { once: true });
    work.then(resolve, reject).finally(() => stop.removeEventListener("abort", ended));
  });
}
