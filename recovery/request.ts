import { untilStopped } from "../lib/signals";
import { Engine } from "./engine";

/** What every recovery command is asked with. */
export interface RecoveryOptions {
  stack: string;
  /** Look and show only; do nothing. */
  dryRun?: boolean;
  /** File for the report. */
  json?: string;
}

/** What it works with. */
export interface RecoveryRequest extends RecoveryOptions {
  engine: Engine;
  /** Aborts when the user ends the command. */
  stop: AbortSignal;
}

/** A command's options, with the engine of a checkout that Ctrl-C stops. */
export function request<Options extends RecoveryOptions>(
  options: Options,
  root: string,
): Options & RecoveryRequest {
  const stop = untilStopped();
  return { ...options, engine: new Engine(root, options.stack, { stop }), stop };
}
