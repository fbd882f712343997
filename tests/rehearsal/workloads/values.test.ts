import assert from "node:assert/strict";
import { withHalfTheProcessor } from "../../../rehearsal/workloads/values";

describe("values with half of the processor", () => {
  it("halve each request, wherever it is, and nothing else", () => {
    const values = {
      prometheus: {
        spec: { resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2" } } },
      },
      sidecars: [{ resources: { requests: { cpu: "25m" } } }],
      replicas: 3,
    };
    assert.deepEqual(withHalfTheProcessor(values), {
      prometheus: {
        spec: { resources: { requests: { cpu: "250m", memory: "2Gi" }, limits: { cpu: "2" } } },
      },
      sidecars: [{ resources: { requests: { cpu: "13m" } } }],
      replicas: 3,
    });
  });

  it("leave requests alone that are no thousandths, or are none", () => {
    const values = { one: { requests: { cpu: "1" } }, two: { requests: { memory: "1Gi" } } };
    assert.deepEqual(withHalfTheProcessor(values), values);
  });
});
