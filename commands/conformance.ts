import { Option } from "commander";
import { check } from "../conformance/check";
import { contract } from "../conformance/contract";
import { withImage, type Subject } from "../conformance/bed";
import { commandLine } from "../lib/command-line";
import { UsageError } from "../lib/ends";
import { jsonFile } from "../lib/json-file";
import { View } from "../lib/progress";
import { conclude, report } from "../lib/report";
import { untilStopped } from "../lib/signals";

const note =
  "What each clause wants: docs/conformance.md. A skipped clause is not shown to hold; it says what is wanted for it.";

export const command = commandLine(
  "conformance",
  "Checks a backend's image against the contract, clause by clause. It writes events.",
  "it breaks a clause",
)
  .argument("[url]", "where it runs: one process, its database and its cache whole")
  .option("--command <command>", "instead of a URL: what starts it, by PORT and the environment")
  .addOption(new Option("--api-key <key>", "an organization's key").env("CONFORMANCE_API_KEY"))
  .addOption(
    new Option("--other-api-key <key>", "another organization's key").env(
      "CONFORMANCE_OTHER_API_KEY",
    ),
  )
  .option("--json <file>", "write the report there", jsonFile);

/** `npm run conformance`: names every clause that the image breaks; exit code 1 when there is one. */
export async function main(args: string[]): Promise<number> {
  const parsed = command.parse(args, { from: "user" });
  const { json, ...options } = parsed.opts<Subject & { json?: string }>();
  const [url] = parsed.args;
  if ((url === undefined) === (options.command === undefined))
    throw new UsageError("either a URL or --command is wanted: where the image is, or its start");
  const since = Date.now();
  const signal = untilStopped();
  const view = new View();
  try {
    const title = url ?? options.command ?? "";
    const task = view.add(`The contract of ${title}`);
    const claims = await view.run(task, (say) =>
      withImage({ url, ...options }, (context) => check(contract, context, say), signal),
    );
    view.end();
    return conclude(report("conformance", title, since, claims), json, note);
  } finally {
    view.end();
  }
}
