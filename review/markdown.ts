import type { Change } from "../plan/comparison/change";
import type { ObjectChange } from "../plan/comparison/objects";
import { isMandatory } from "../plan/plan";
import { code, escaped } from "./escape";
import { fitting } from "./fitting";
import { headings, marker } from "./heading";
import { picture } from "./picture";
import { some } from "./some";
import { isEmpty, type StackReview } from "./stack-review";
import { byGravity, effectText, fateOf, kindOf, sides } from "./values";
import { isBlocked, saysNothing, verdictOf, type Review } from "./verdict";

/** Characters that a comment on GitHub may have (65,536), less some for what is put around it. */
const longest = 60_000;

/** Lines of one kind that stand above everything that is folded. */
const most = 12;

/**
 * A review as a comment for a pull request. The verdict comes first and is never cut; what does not fit is
 * left out from the end, and said to be. The same review gives the same bytes.
 */
export function reviewMarkdown(review: Review): string {
  const { ref, commit, stacks, guarded, judgedByCode } = review;
  const against = `against ${code(ref)} (${code(commit.slice(0, 12))})`;
  if (saysNothing(review)) return `${marker}\n${headings.unchanged} ${against}.\n`;
  const head = [
    marker,
    isBlocked(review) ? headings.blocked : headings.open,
    "",
    `Compared ${against}.`,
    ...guarded.map(
      ({ kind, files }) =>
        `\n> ⚠️ **It edits ${kind}, which judge it:** ${some(files.map(code), 10)}`,
    ),
    ...(judgedByCode ? ["\nJudged by the code of the base's own pack."] : []),
    "",
    ...stacks.flatMap(headOf),
  ];
  return fitted(head, stacks.flatMap(detailsOf));
}

/** What every reader has to see of a stack. */
function headOf(review: StackReview): string[] {
  const verdict = isEmpty(review) ? ["no change"] : verdictOf(review);
  const mandatory = review.violations.filter(isMandatory);
  return [
    `### ${escaped(review.stack)}: ${verdict.join(", ")}`,
    "",
    ...review.lost.slice(0, most).map((change) => `- **${lineOf(change, review)}**`),
    ...(review.lost.length > most
      ? [`- **and ${review.lost.length - most} more that hold data**`]
      : []),
    ...mandatory
      .slice(0, most)
      .map(({ policy, message }) => `- ✗ ${code(policy)} ${escaped(message.slice(0, 300))}`),
    ...(mandatory.length > most ? [`- ✗ and ${mandatory.length - most} more violations`] : []),
    ...(isEmpty(review) ? [] : [`- ${escaped(review.money)}`]),
    "",
  ];
}

/** Folded sections of a stack, the gravest first, each a whole that may be left out. */
function detailsOf(review: StackReview): string[] {
  if (isEmpty(review)) return [];
  const { stack, changes, objects, config, budgets, movedBudgets, movedModels, violations } =
    review;
  const advice = violations.filter((violation) => !isMandatory(violation));
  const moved = [...movedBudgets, ...movedModels];
  return [
    picture(changes).join("\n"),
    ...byGravity(changes).map((change) =>
      folded(lineOf(change, review), propertyRows(change), code(change.urn)),
    ),
    ...objects.map(objectSection),
    ...section(
      `${stack}: availability before and after`,
      moved.map(({ of, before, after }) => `- ${escaped(of)}: ${code(before)} → ${code(after)}`),
    ),
    ...section(
      `${stack}: configuration`,
      config.map((found) => `- ${arrow(sides(found))}`),
    ),
    ...section(
      `${stack}: budgets and exemptions`,
      budgets.map((line) => `- ${escaped(line)}`),
    ),
    ...section(
      `${stack}: advice`,
      advice.map(({ policy, message }) => `- ${code(policy)} ${escaped(message)}`),
    ),
  ];
}

function lineOf(change: Change, { origins }: StackReview): string {
  const fate = some(fateOf(change).map(escaped), 6) || "changed";
  const origin = origins[change.urn];
  return `${code(`${kindOf(change.type)} ${change.name}`)} ${fate}${origin ? ` (${code(origin)})` : ""}`;
}

function propertyRows({ properties }: Change): string[] {
  return properties.map((property) => {
    const effect = effectText(property);
    return `- ${arrow(sides(property))}${effect ? `: ${escaped(effect)}` : ""}`;
  });
}

function objectSection({ type, name, kind, properties, fails }: ObjectChange): string {
  const failure =
    fails.length > 0 ? `; its upgrade fails: nobody may change ${fails.map(code).join(", ")}` : "";
  const title = `${code(`${kindOf(type)} ${name}`)} ${kind} by its release${failure}`;
  return folded(
    title,
    properties.map((property) => `- ${arrow(sides(property))}`),
  );
}

function section(title: string, rows: string[]): string[] {
  return rows.length > 0 ? [folded(escaped(title), rows)] : [];
}

/** A part that a reader opens; one without rows is a line. */
function folded(title: string, rows: string[], first?: string): string {
  const body = [...(first ? [first] : []), ...rows];
  if (body.length === 0) return title;
  return `<details><summary>${title}</summary>\n\n${body.join("\n")}\n\n</details>`;
}

function arrow([path, before, after]: [string, string, string]): string {
  return `${code(path)}: ${code(before)} → ${code(after)}`;
}

/** The head whole, and as many of the sections as fit. */
function fitted(head: string[], sections: string[]): string {
  const begin = `${head.join("\n")}\n`;
  const { text, left } = fitting(sections.filter(Boolean), longest - begin.length);
  const missing = `**${left} more parts do not fit here:** the artifact has them whole.\n`;
  return begin + text + (left > 0 ? missing : "");
}
