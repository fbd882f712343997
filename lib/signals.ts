import { Stopped } from "./ends";

/** Aborts when the user ends the command, or when whoever reads its output is gone. */
export function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => stop.abort(new Stopped(signal)));
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", () => stop.abort(new Stopped("SIGPIPE")));
  return stop.signal;
}
