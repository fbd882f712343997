import { readdirSync } from "node:fs";
import { UsageError } from "../lib/ends";

/**
 * The stacks that have a settings file in this project, in alphabetical order.
 *
 * @throws UsageError when there is none.
 */
export function stackNames(root: string): string[] {
  const names = readdirSync(root)
    .map((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1])
    .filter((stack): stack is string => stack !== undefined);
  if (names.length === 0)
    throw new UsageError("Pulumi.STACK.yaml: there is none here: add the settings of a stack");
  return names.sort();
}
