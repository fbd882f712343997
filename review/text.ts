import { colours } from "../lib/colours";
import { describeViolations } from "../plan/description/violations";
import { isEmpty, type StackReview } from "./stack-review";
import { byGravity, effectText, fateOf, kindOf, sides } from "./values";
import { isBlocked, saysNothing, verdictOf, type Review } from "./verdict";

/** A review for the terminal. */
export function reviewText(review: Review): string {
  const { ref, commit, stacks, guarded, judgedByCode } = review;
  const against = `against ${ref} (${commit.slice(0, 12)})`;
  if (saysNothing(review)) return `no change ${against}`;
  return [
    `${colours.bold(isBlocked(review) ? "BLOCKED" : "nothing blocks it")} ${against}`,
    ...guarded.map(
      ({ kind, files }) =>
        `${colours.yellow(`edits ${kind}`)}, which judge it: ${files.join(", ")}`,
    ),
    ...(judgedByCode ? ["judged by the code of the base's own pack"] : []),
    ...stacks.flatMap(stackText),
    "",
  ].join("\n");
}

function stackText(review: StackReview): string[] {
  const verdict = isEmpty(review) ? "no change" : verdictOf(review).join(", ");
  const moved = [...review.movedBudgets, ...review.movedModels];
  return [
    "",
    `${colours.bold(review.stack)}  ${verdict}`,
    ...review.config.map(
      (found) => `  configuration ${sides(found).join(" → ").replace(" → ", ": ")}`,
    ),
    ...byGravity(review.changes).flatMap((change) => [
      `  ${kindOf(change.type)} ${colours.bold(change.name)}: ${fateOf(change).join("; ") || "changed"}`,
      `    ${colours.dim([change.urn, review.origins[change.urn]].filter(Boolean).join("  "))}`,
      ...change.properties.map((property) => {
        const [path, before, after] = sides(property);
        const effect = effectText(property);
        return `    ${path}: ${before} → ${after}${effect ? `  (${effect})` : ""}`;
      }),
    ]),
    ...review.objects.flatMap(({ type, name, kind, properties, fails }) => [
      `  ${kindOf(type)} ${name}: ${kind}${fails.length > 0 ? `; its upgrade fails, as nobody may change ${fails.join(", ")}` : ""}`,
      ...properties.map((property) => {
        const [path, before, after] = sides(property);
        return `    ${path}: ${before} → ${after}`;
      }),
    ]),
    ...moved.map(({ of, before, after }) => `  ${of}\n    before  ${before}\n    after   ${after}`),
    `  money: ${review.money}`,
    ...review.budgets.map((line) => `  ${line}`),
    ...describeViolations(review.violations)
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}
