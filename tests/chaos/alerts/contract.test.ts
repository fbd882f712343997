import assert from "node:assert/strict";
import { problemsOf } from "../../../chaos/alerts/contract";
import type { Exporter } from "../../../observability/metrics";

const exporter: Exporter = {
  name: "one",
  source: "here",
  target: { labels: ["job"], values: { job: ["one"] } },
  metrics: {
    up_to_date: { type: "gauge", labels: ["zone"], values: { zone: ["a", "b"] } },
    taken_seconds: { type: "histogram", labels: [] },
  },
};

/** What a Prometheus that has these series lacks. */
const lacks = (series: Record<string, string>[]) =>
  problemsOf(
    {
      query: async (name) =>
        series
          .filter(({ __name__ }) => __name__ === name)
          .map((metric) => ({ metric, value: [0, "1"] as [number, string] })),
    },
    exporter,
  );

const bucket = { __name__: "taken_seconds_bucket", job: "one", le: "1.0" };

describe("what a cluster's Prometheus lacks of the contract", () => {
  it("is nothing where every metric has its labels and one of the values", async () => {
    assert.deepEqual(await lacks([bucket, { __name__: "up_to_date", job: "one", zone: "b" }]), []);
  });

  it("is named: a metric, a label, a value", async () => {
    assert.deepEqual(await lacks([bucket]), ["up_to_date is nowhere"]);
    assert.deepEqual(await lacks([bucket, { __name__: "up_to_date", job: "two", zone: "c" }]), [
      "up_to_date has no job of one",
      "up_to_date has no zone of a, b",
    ]);
    assert.deepEqual(await lacks([bucket, { __name__: "up_to_date", job: "one" }]), [
      "up_to_date has no zone",
      "up_to_date has no zone of a, b",
    ]);
  });
});
