import assert from "node:assert/strict";
import { exporters } from "../../observability/metrics";
import { contractOf } from "../observability/contract";
import { rules } from "../observability/queries";
import { selectorsOf } from "../support/promql";
import { world } from "./world";

describe("the invented hour", () => {
  it("has no metric and no label that the contract has not", () => {
    const contract = contractOf(exporters, rules);
    for (const series of world().keys())
      for (const { metric, matchers } of selectorsOf(series)) {
        const labels = contract.get(metric);
        assert.ok(labels, `nobody serves ${metric}`);
        for (const { label } of matchers) assert.ok(labels.has(label), `${metric}: ${label}`);
      }
  });
});
