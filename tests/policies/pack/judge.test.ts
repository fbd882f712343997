import assert from "node:assert/strict";
import { judgeOne } from "../../../policies/pack/judge";
import { Stack } from "../../../policies/model/resource";
import { rules } from "../../../policies/rules";
import { judgedStack, type Judged } from "../support";

describe("the judge", function () {
  this.timeout(60_000);
  let judged: Judged;

  before(async () => (judged = await judgedStack("prod")));

  it("takes a rule that fails for a violation, which says why", () => {
    const { resources, settings } = judged;
    const failing = {
      ...rules[0]!,
      judge: () => {
        throw new Error("no such thing");
      },
    };
    const [found] = judgeOne(failing, resources[0]!, new Stack(resources), settings);
    assert.equal(found!.enforcementLevel, "mandatory");
    assert.match(found!.message, /it cannot be judged: no such thing/);
  });
});
