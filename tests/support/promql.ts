import { parser } from "@prometheus-io/lezer-promql";

/** A place in a query's tree; the parser's own type. */
export type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

/** A part of a query: what it is in PromQL's grammar, where it stands and what it says. */
export interface Part {
  name: string;
  node: SyntaxNode;
  text: string;
}

/** What a query asks Prometheus for. */
export interface Selector {
  metric: string;
  matchers: { label: string; operator: string; value: string }[];
}

/** Every part of a query, outer ones first. @throws when it is not PromQL */
export function partsOf(expr: string): Part[] {
  const parts: Part[] = [];
  parser.parse(expr).iterate({
    enter({ name, node }) {
      if (node.type.isError) throw new Error(`not PromQL at ${node.from}: ${expr}`);
      parts.push({ name, node, text: expr.slice(node.from, node.to) });
    },
  });
  return parts;
}

/** Every selector of a query: its metric and its matchers. */
export function selectorsOf(expr: string): Selector[] {
  const textOf = (node: SyntaxNode | null) => (node ? expr.slice(node.from, node.to) : "");
  return partsOf(expr)
    .filter(({ name }) => name === "VectorSelector")
    .map(({ node }) => {
      const matchers = (
        node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? []
      ).map((matcher) => ({
        label: textOf(matcher.getChild("LabelName")),
        operator: textOf(matcher.getChild("MatchOp")),
        // As Prometheus reads it: Go's escapes in what we write are JSON's.
        value: JSON.parse(textOf(matcher.getChild("StringLiteral"))) as string,
      }));
      return { metric: textOf(node.getChild("Identifier")), matchers };
    });
}

/** Names of the metrics that a query reads, each once. A selector without a name counts as "". */
export function metricsOf(expr: string): string[] {
  return [...new Set(selectorsOf(expr).map(({ metric }) => metric))];
}
