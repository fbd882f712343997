import assert from "node:assert/strict";
import { judgeResources } from "../../../policies/pack/judge";
import { judgedStack, setting } from "../support";

const strange = [null, "?", [null], {}, true, 0, [], { "": null }];

/** A wrong value is a violation, and never what ends the preview. */
describe("values that nobody thought of", function () {
  this.timeout(300_000);

  for (const stack of ["prod", "staging"])
    it(`${stack}: no rule fails at one, whatever property of whatever type has it`, async () => {
      const { resources, settings } = await judgedStack(stack);
      const places = new Map(
        resources.flatMap((resource) =>
          Object.keys(resource.properties).map((property) => [
            `${resource.type} ${property}`,
            { resource, property },
          ]),
        ),
      );
      // Each place has one of them, another one in the other stack.
      let turn = stack === "prod" ? 0 : 3;
      for (const [place, { resource, property }] of places) {
        const value = strange[turn++ % strange.length];
        const changed = setting(property.replaceAll("/", "~1"), value)(resource);
        const all = resources.map((one) => (one === resource ? changed : one));
        const failed = judgeResources(all, settings)
          .map(({ policy, message }) => `${policy}: ${message}`)
          .filter((line) => line.includes("it cannot be judged"));
        assert.deepEqual(failed, [], `${place}: ${JSON.stringify(value)}`);
      }
      console.log(`      ${places.size} places`);
    });
});
