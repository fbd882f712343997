import { readFileSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "../lib/ends";
import { planVersion, type Plan } from "./plan";

const urn = z.string();
const inputs = z.record(z.string(), z.unknown());

/** What every reader of a plan file relies on; more may stand in it. */
const schema = z.object({
  version: z.literal(planVersion),
  project: z.string(),
  // It names files of the checkout that judges it.
  stack: z.string().regex(/^[\w-]+$/, "expected the name of a stack"),
  resources: z.array(
    z.object({
      urn,
      type: z.string(),
      name: z.string(),
      parent: urn.nullable(),
      custom: z.boolean(),
      remote: z.boolean(),
      provider: urn.nullable(),
      protect: z.boolean(),
      inputs,
      unknowns: z.array(z.array(z.union([z.string(), z.number()]))),
      options: z.looseObject({
        ignoreChanges: z.array(z.string()),
        deletedWith: urn.nullable(),
      }),
      dependencies: z.array(urn),
      propertyDependencies: z.record(z.string(), z.array(urn)),
    }),
  ),
  outputs: inputs,
});

/** Problems that are shown of a file in which nearly everything may be wrong. */
const shown = 5;

/** Reads a plan file. @throws UsageError when it is none, or of another version. */
export function readPlan(file: string): Plan {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${file}: not a plan file (${(error as Error).message})`);
  }
  const version = (content as { version?: unknown } | null)?.version;
  if (version !== undefined && version !== planVersion)
    throw new UsageError(
      `${file}: version ${JSON.stringify(version)} is not allowed; allowed: ${planVersion}; ` +
        "write it again with npm run preview -- --stack NAME --json FILE",
    );
  const { success, error } = schema.safeParse(content);
  if (success) return content as Plan;
  const problems = error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  const more = problems.length > shown ? [`and ${problems.length - shown} more`] : [];
  throw new UsageError(
    `${file}: not a plan file:\n  ${[...problems.slice(0, shown), ...more].join("\n  ")}`,
  );
}
