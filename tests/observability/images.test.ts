import assert from "node:assert/strict";
import type { Registry } from "prom-client";
import { Metrics as BackendMetrics } from "../../images/backend/metrics";
import { Metrics as FrontendMetrics } from "../../images/frontend/server/metrics";
import { exporters } from "../../observability/metrics";

/** What prom-client keeps of a metric beside its values. */
interface Registered {
  name: string;
  labelNames?: string[];
}

describe("the contract of our own images' metrics", () => {
  const images: [name: string, registry: Registry, elsewhere: string[]][] = [
    // Measured by what reads, which wants databases: tests/images/backend holds its name.
    ["backend", new BackendMetrics().registry, ["minixdr_database_replication_lag_seconds"]],
    ["frontend", new FrontendMetrics().registry, []],
  ];
  for (const [name, registry, elsewhere] of images)
    it(`${name}: names, types and labels are those of its code`, async () => {
      const contract = exporters.find((exporter) => exporter.name === name)!;
      const types = new Map(
        (await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]),
      );
      for (const [metric, { type, labels }] of Object.entries(contract.metrics)) {
        if (elsewhere.includes(metric)) continue;
        const served = registry.getSingleMetric(metric) as Registered | undefined;
        assert.ok(served, `${name} has no ${metric}`);
        assert.equal(types.get(metric), type, metric);
        assert.deepEqual(served.labelNames ?? [], labels, metric);
      }
    });
});
