import assert from "node:assert/strict";
import { openMetrics } from "../../../chaos/alerts/past";
import { slos } from "../../../observability/slo";

describe("the quiet hours before a fault", () => {
  const now = 1_790_000_000;
  const lines = openMetrics(now, 20).split("\n");
  const values = lines.filter((line) => line.startsWith("slo:events:sum30s{"));

  it("are six, of every SLO, counted each 30 s, and over before anything looks back at them", () => {
    for (const { name } of slos)
      for (const outcome of ["all", "bad"]) {
        const own = values.filter(
          (line) => line.includes(`slo="${name}"`) && line.includes(`outcome="${outcome}"`),
        );
        assert.equal(own.length, 6 * 120);
        const last = Number(own.at(-1)!.split(" ").at(-1));
        // Prometheus' lookback delta.
        assert.ok(now - last > 300);
        assert.ok(own[0]!.endsWith(` ${last - 6 * 3600 + 30}`));
      }
  });

  it("have the load's requests, and none that failed", () => {
    for (const line of values) assert.match(line, line.includes('"bad"') ? / 0 \d+$/ : / 600 \d+$/);
  });

  it("end as OpenMetrics does", () => {
    assert.equal(lines[0], "# TYPE slo:events:sum30s gauge");
    assert.deepEqual(lines.slice(-2), ["# EOF", ""]);
  });
});
