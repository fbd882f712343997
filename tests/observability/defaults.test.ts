import assert from "node:assert/strict";
import { doubled } from "../../observability/defaults";
import { isAlert } from "../../observability/rule";
import { groups } from "../../observability/rules";

describe("the alerts of kube-prometheus-stack that are not released", () => {
  const ours = groups.flatMap(({ rules }) => rules.filter(isAlert)).map(({ alert }) => alert);

  for (const [theirs, alert] of Object.entries(doubled))
    it(`${theirs}: ${alert} is one of ours`, () => assert.ok(ours.includes(alert)));
});
