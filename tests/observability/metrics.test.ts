import assert from "node:assert/strict";
import { exporters } from "../../observability/metrics";
import { selectorsOf } from "../support/promql";
import { contractOf, labelsOf, misspelt, wrongs } from "./contract";
import { panelQueries, ruleQueries, rules } from "./queries";

const contract = contractOf(exporters, rules);
// Once each: the tiers have most of theirs in common.
const queries = [
  ...new Map([...ruleQueries, ...panelQueries].map((each) => [each.expr, each])).values(),
];

describe("the metrics that rules and dashboards read", () => {
  it("are all served by somebody, with the labels and values that are asked for", () => {
    const wrong = queries.flatMap(({ by, expr }) =>
      wrongs(expr, contract).map((what) => `${by}: ${what}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("are all read: the contract lists nothing that nobody asks for", () => {
    const plain = (metric: string) => metric.replace(/_(bucket|count)$/, "");
    const selectors = queries.flatMap(({ expr }) => selectorsOf(expr));
    for (const { name, metrics } of exporters) {
      const asked = selectors.filter(({ metric }) => plain(metric) in metrics || metric in metrics);
      const matched = asked.flatMap(({ matchers }) => matchers.map(({ label }) => label));
      for (const [metric, { values = {} }] of Object.entries(metrics)) {
        const read = asked.some((selector) =>
          [selector.metric, plain(selector.metric)].includes(metric),
        );
        assert.ok(read, `${name}: nobody reads ${metric}`);
        for (const label of Object.keys(values))
          assert.ok(matched.includes(label), `${name}: nobody matches on ${label} of ${metric}`);
      }
    }
  });

  it("have labels whose values are listed only where they are labels", () => {
    for (const { target, metrics } of exporters)
      for (const [metric, { type, labels, values }] of Object.entries(metrics)) {
        const all = [...labels, ...target.labels, ...(type === "histogram" ? ["le"] : [])];
        for (const label of Object.keys(values ?? {})) assert.ok(all.includes(label), metric);
      }
  });

  it("give panels' legends their labels", () => {
    for (const { by, expr, legend } of panelQueries)
      for (const [, label] of legend.matchAll(/\{\{(\w+)\}\}/g))
        assert.ok(labelsOf(expr, contract).has(label!), `${by}: no label ${label}`);
  });

  it("are missed when a name is misspelt: each metric, label and value of each query", () => {
    let tried = 0;
    for (const { by, expr } of queries)
      for (const wrong of misspelt(expr)) {
        assert.notDeepEqual(wrongs(wrong, contract), [], `${by}: ${wrong}`);
        tried += 1;
      }
    assert.ok(tried > 3 * queries.length, String(tried));
  });

  const mistakes: [what: string, expr: string, says: RegExp][] = [
    ["a metric", "rate(http_request_total[5m])", /nobody serves http_request_total/],
    ["a label", 'pgbouncer_up{zone="a"}', /pgbouncer_up has no label zone/],
    ["a value", 'kube_pod_status_ready{condition="True"}', /no condition matches \^True\$/],
    ["one of two values", 'kube_pod_info{namespace=~"mini-xdr|databases"}', /\(\?:databases\)/],
    ["a label to group by", "sum by (podd) (pgbouncer_up)", /nothing in it has the label podd/],
    ["a label to join on", "pgbouncer_up / on (node) pgbouncer_up", /has the label node/],
    ["a bucket of a gauge", "kube_node_labels_bucket", /nobody serves/],
  ];
  for (const [what, expr, says] of mistakes)
    it(`are missed in a query that mistakes ${what}`, () => {
      assert.match(wrongs(expr, contract).join("\n"), says);
    });
});
