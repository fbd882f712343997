// What a command does: runs a script in a sandbox until it is told to stop.
import path from "node:path";
import { untilStopped } from "../../../lib/signals";
import { runInSandbox } from "../../../rehearsal/sandbox/sandbox";

const [report = ""] = process.argv.slice(2);
runInSandbox(path.join(__dirname, "idle-in-sandbox.ts"), [report], untilStopped()).then(
  (code) => process.exit(code),
  () => process.exit(130),
);
