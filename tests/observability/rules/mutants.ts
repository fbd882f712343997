import { partsOf, type Part, type SyntaxNode } from "../../support/promql";

/** A query with one mistake in it. */
export interface Mutant {
  /** The mistake, unique within the query. */
  what: string;
  expr: string;
}

interface Edit {
  what: string;
  from: number;
  to: number;
  text: string;
}

const comparisons: Record<string, string[]> = {
  Gtr: [">=", "<"],
  Gte: [">", "<"],
  Lss: ["<=", ">"],
  Lte: ["<", ">"],
  Eql: ["!="],
  Neq: ["=="],
};
const arithmetic: Record<string, string> = { Div: "*", Mul: "/", Add: "-", Sub: "+" };
const aggregations: Record<string, string> = { sum: "max", max: "min", min: "max", count: "max" };
const negations: Record<string, string> = { "=": "!=", "!=": "=", "=~": "!~", "!~": "=~" };
const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400 };

/**
 * Every mistake of these kinds, one at a time: a number or a duration that is off, a comparison, an
 * operator, a matcher, a label of `by` or `on`, an aggregation or a side of `and`, `or`, `unless`
 * that is another or missing.
 */
export function mutantsOf(expr: string): Mutant[] {
  const seen = new Map<string, number>();
  return partsOf(expr)
    .flatMap((part) => editsOf(part, expr))
    .map(({ what, from, to, text }) => {
      const times = (seen.get(what) ?? 0) + 1;
      seen.set(what, times);
      return {
        what: times > 1 ? `${what} #${times}` : what,
        expr: expr.slice(0, from) + text + expr.slice(to),
      };
    });
}

/** Durations beside `for`'s, which is no part of the query. */
export function wrongDurations(duration: string): string[] {
  const seconds = secondsOf(duration);
  return seconds === 0 ? ["60s"] : [written(seconds * 2), written(seconds / 2), "0s"];
}

function editsOf({ name, node, text }: Part, expr: string): Edit[] {
  const instead = (replacement: string, where: SyntaxNode = node): Edit => ({
    what: `${brief(expr.slice(where.from, where.to))} → ${brief(replacement)}`,
    from: where.from,
    to: where.to,
    text: replacement,
  });
  const textOf = (part: SyntaxNode | null) => (part ? expr.slice(part.from, part.to) : "");
  if (name === "NumberDurationLiteral")
    return wrongNumbers(Number(text)).map((number) => instead(String(number)));
  if (name === "NumberDurationLiteralInDurationContext")
    return [2, 0.5].map((factor) => instead(written(secondsOf(text) * factor)));
  if (name in comparisons && isOperator(node))
    return comparisons[name]!.map((other) => instead(other));
  if (name in arithmetic && isOperator(node)) return [instead(arithmetic[name]!)];
  if (name === "AggregateOp" && text in aggregations) return [instead(aggregations[text]!)];
  if (name === "AggregateExpr") return [instead(textOf(node.getChild("FunctionCallBody")))];
  if (name === "AggregateModifier") return [instead("")];
  if (name === "GroupingLabels") return without(node, "LabelName", textOf, instead);
  if (name === "LabelMatchers")
    return [
      ...without(node, "UnquotedLabelMatcher", textOf, instead),
      ...node.getChildren("UnquotedLabelMatcher").map((matcher) => {
        const operator = matcher.getChild("MatchOp")!;
        return {
          ...instead(negations[textOf(operator)]!, operator),
          what: `not ${textOf(matcher)}`,
        };
      }),
    ];
  if (name === "MatchingModifierClause") return [instead("")];
  if (name === "OffsetExpr") return [instead(textOf(node.firstChild))];
  if (name === "BinaryExpr") {
    const sides = [node.firstChild, node.lastChild].map(textOf);
    if (node.getChild("Or")) return sides.map((side) => instead(side));
    if (node.getChild("And") ?? node.getChild("Unless")) return [instead(sides[0]!)];
  }
  return [];
}

/** A list in brackets without each of its items. */
function without(
  list: SyntaxNode,
  kind: string,
  textOf: (node: SyntaxNode) => string,
  instead: (text: string) => Edit,
): Edit[] {
  const items = list.getChildren(kind).map(textOf);
  const [open, close] = [textOf(list).at(0), textOf(list).at(-1)];
  return items.map((item, index) => ({
    ...instead(open + items.filter((_, other) => other !== index).join(",") + close),
    what: `without ${item} of ${brief(textOf(list))}`,
  }));
}

function isOperator(node: SyntaxNode): boolean {
  return node.parent?.name === "BinaryExpr";
}

function wrongNumbers(number: number): number[] {
  if (Number.isInteger(number) && Math.abs(number) < 10) return [number + 1, number - 1];
  return [1.1, 0.9].map((factor) => Number((number * factor).toPrecision(6)));
}

function written(seconds: number): string {
  return `${seconds * 1000}ms`;
}

function secondsOf(duration: string): number {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(duration)!;
  return Number(number) * units[unit!]!;
}

function brief(text: string): string {
  return text.length > 60 ? `${text.slice(0, 40)}…${text.slice(-15)}` : text || "nothing";
}
