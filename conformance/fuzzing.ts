import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { Failure } from "../lib/ends";
import { run } from "../lib/processes";
import { tool } from "../tools";
import type { Clause } from "./clause";
import { documentPath } from "./document";
import { expect } from "./verdict";

/** How long Schemathesis may try, s. */
const seconds = 20;

/**
 * What is told to Schemathesis beside its defaults. All its checks run but those for a series of
 * calls (use_after_free, ensure_resource_availability: nothing is deleted here, and no phase is
 * stateful) and object_level_authorization, which incidents.tenant-* do. The stream is left out,
 * as it never ends.
 */
const configuration = `
request-timeout = 15.0
max-time = ${seconds}
continue-on-failure = true
rate-limit = "auto"

[headers]
"X-API-Key" = "\${CONFORMANCE_API_KEY}"

[generation]
database = "none"
# PostgreSQL stores no U+0000 in a text; an image may refuse it.
allow-x00 = false

[phases.stateful]
enabled = false

[checks]
use_after_free.enabled = false
ensure_resource_availability.enabled = false
object_level_authorization.enabled = false

# A valid request may meet a state that refuses it: another version, a used key.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "429", "503"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "414", "415", "422", "428", "429", "431", "503"]

[checks.missing_required_header]
expected-statuses = ["400", "401", "415", "422", "428"]

[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]

# A cursor is opaque: what looks like one may be none.
[[operations]]
include-path = "/api/incidents"
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", "400", "401", "429", "503"]

[[operations]]
include-path = "/api/incidents/stream"
enabled = false
`;

const Verdict = z.object({
  exit_code: z.int(),
  operations: z.object({ selected: z.int(), tested: z.int() }).nullable(),
  test_cases: z.object({ generated: z.int() }),
  failures: z.array(z.object({ title: z.string(), operations: z.array(z.string()) })),
  errors: z.array(z.object({ title: z.string() })),
});

/** The API against its own document, by Schemathesis: examples, boundaries, random input. */
export const fuzzing: Clause[] = [
  {
    id: "fuzzing.document",
    title: `Schemathesis finds nothing in ${seconds} s: the API does what its document says, and refuses the rest`,
    async check({ target, apiKey, signal }) {
      const { verdict, said } = await fuzz(target.url, apiKey, signal);
      const { operations, test_cases: cases, failures, errors } = verdict;
      const found = [
        ...failures.map((one) => `${one.title} (${one.operations.join(", ")})`),
        ...errors.map(({ title }) => title),
      ];
      if (process.env.MINI_XDR_DEBUG && found.length > 0) process.stderr.write(`${said}\n`);
      const tested = operations ? `${operations.tested} of ${operations.selected}` : "no";
      expect(
        found.length === 0 &&
          verdict.exit_code === 0 &&
          operations?.tested === operations?.selected,
        "no finding",
        `${found.join("; ") || "none"}; ${tested} operations tested`,
        "make document and API agree; MINI_XDR_DEBUG=1 shows requests that do it again",
      );
      return `${cases.generated} requests to ${tested} operations`;
    },
  },
];

async function fuzz(url: string, apiKey: string, signal?: AbortSignal) {
  const schemathesis = await tool("schemathesis");
  const folder = await mkdtemp(path.join(tmpdir(), "schemathesis-"));
  try {
    const [settings, report] = ["schemathesis.toml", "report.json"].map((name) =>
      path.join(folder, name),
    ) as [string, string];
    await writeFile(settings, configuration);
    const args = ["--config-file", settings, "run", url + documentPath, "--url", url];
    args.push("--no-color", "--report-json-path", report);
    const options = {
      cwd: folder,
      signal,
      env: { CONFORMANCE_API_KEY: apiKey },
      // Its own limit holds between requests; this one holds always.
      timeout: seconds * 4000,
    };
    const { code, stdout, stderr } = await run(schemathesis, args, options);
    const said = `${stdout}\n${stderr}`.trim();
    const text = await readFile(report, "utf8").catch(() => {
      throw new Failure(`schemathesis ended with ${code}, without a report:\n${said.slice(-1500)}`);
    });
    return { verdict: Verdict.parse(JSON.parse(text)), said };
  } finally {
    await rm(folder, { recursive: true });
  }
}
