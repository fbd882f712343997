import assert from "node:assert/strict";
import { judgeOne, judgeResources } from "../../../policies/pack/judge";
import { Stack } from "../../../policies/model/resource";
import { rules } from "../../../policies/rules";
import { judgedStack, setting, type Judged } from "../support";

describe("the judge", function () {
  this.timeout(120_000);
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

  it("meets no value that any of its rules fails at", () => {
    const { resources, settings } = judged;
    const types = new Set<string>();
    for (const resource of resources) {
      if (types.has(resource.type)) continue;
      types.add(resource.type);
      for (const property of Object.keys(resource.properties))
        for (const strange of [null, true, "?", 0, [], {}, [null], { "": null }]) {
          const changed = setting(property.replaceAll("/", "~1"), strange)(resource);
          const all = resources.map((one) => (one === resource ? changed : one));
          const failed = judgeResources(all, settings).filter(({ message }) =>
            message.includes("it cannot be judged"),
          );
          assert.deepEqual(
            failed.map(({ policy, message }) => `${policy}: ${message}`),
            [],
            `${resource.type} ${property}: ${JSON.stringify(strange)}`,
          );
        }
    }
  });
});
