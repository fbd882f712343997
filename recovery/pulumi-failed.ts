import { UsageError } from "../lib/ends";
import { CommandFailed, type Result } from "../lib/processes";
import type { PlannedStep } from "./planned-step";

/** What Pulumi says with `--json`, on its standard output, also where it fails. */
interface Said {
  steps?: PlannedStep[];
  diagnostics?: { severity: string; message: string }[];
}

/** Pulumi has ended with an error: what it had planned by then, and why. */
export class PulumiFailed extends UsageError {
  readonly steps: PlannedStep[];

  constructor(result: Result) {
    const { steps = [], diagnostics = [] } = saidIn(result.stdout);
    const errors = diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ message }) =>
        message
          .replace(/^error: /, "")
          .trim()
          .replace(/\s*\n\s*/g, "; "),
      )
      // The exit code has said that.
      .filter((message) => !/^(preview|update|refresh) failed$/.test(message));
    const because = errors.length > 0 ? `error: ${errors.join("; ")}` : "";
    const stderr = [result.stderr.trim(), because].filter(Boolean).join("\n");
    super(new CommandFailed("pulumi", { ...result, stderr }).message);
    this.steps = steps;
  }
}

function saidIn(stdout: string): Said {
  try {
    return (JSON.parse(stdout) ?? {}) as Said;
  } catch {
    return {};
  }
}
