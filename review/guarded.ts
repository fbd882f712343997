import type { StackReview } from "./stack-review";
import type { ChangedFile } from "./repository";

/** What judges a change, by what a reader calls it; the first that fits counts. */
const kinds: [kind: string, files: RegExp][] = [
  ["exemptions", /^policies\/config\.json$/],
  ["policies", /^(policies|upstream)\//],
  [
    "the comparison",
    /^(plan|review|lib|cost|preflight|tools)\/|^commands\/(run\.cjs|preview|policy|comment)/,
  ],
  ["workflows and owners", /^\.github\//],
  ["dependencies", /^(package(-lock)?\.json|\.npmrc)$/],
  ["tests", /^tests\/policies\//],
];

/** Code of the pack, and all that it is run by: where it differs, the base's has to be run itself. */
const pack =
  /^(policies\/(?!config\.json$)|upstream\/|lib\/|plan\/|commands\/(run\.cjs|policy)|package-lock\.json$)/;

/** Files of a change that judge changes, by kind. */
export interface Guarded {
  kind: string;
  files: string[];
}

/** What a change edits of what judges it, in a reader's order. */
export function guardedIn(files: ChangedFile[]): Guarded[] {
  const kindOf = ({ path }: ChangedFile) => kinds.find(([, pattern]) => pattern.test(path))?.[0];
  return kinds
    .map(([kind]) => ({
      kind,
      files: files.filter((file) => kindOf(file) === kind).map(({ path }) => path),
    }))
    .filter(({ files: found }) => found.length > 0);
}

/** Whether the base's pack is other code than the one at hand. */
export function editsPack(files: ChangedFile[]): boolean {
  return files.some(({ path }) => pack.test(path));
}

/** A tier decides which rules are mandatory: a stack that promises something else is told apart. */
export function tiersIn(stacks: StackReview[]): Guarded[] {
  return stacks
    .filter(
      ({ only, config }) => !only && config.some(({ path: [key] }) => key === "mini-xdr:tier"),
    )
    .map(({ stack }) => ({ kind: `the tier of ${stack}`, files: [`Pulumi.${stack}.yaml`] }));
}
