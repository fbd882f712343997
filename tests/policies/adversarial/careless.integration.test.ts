import assert from "node:assert/strict";
import { needTools } from "../../support/need-tools";
import { careless } from "./careless";
import { classes, type Class } from "./edit";
import { ownTrial, trialTools } from "./own-trial";

/** Edits of the program, not of its plan: each has to change what is planned, and is then judged. */
describe("the policy pack against colleagues in a hurry", function () {
  this.timeout(120_000);
  const blocked = new Map<Class, number>();
  before(async function () {
    await needTools(this, trialTools);
  });
  const trial = ownTrial();
  after(() => {
    for (const [name, says] of Object.entries(classes)) {
      const all = careless.filter(({ of }) => of === name).length;
      console.log(`      ${blocked.get(name as Class) ?? 0} of ${all} blocked: ${says}`);
    }
  });

  for (const edit of careless)
    it(`blocks: ${edit.title}`, async () => {
      const { effective, blockedBy } = await trial().of(edit);
      // What an upgrade alone deploys, no rendering here shows.
      assert.ok(effective || edit.of === "deployed", "it changes nothing");
      if (blockedBy.length > 0) blocked.set(edit.of, (blocked.get(edit.of) ?? 0) + 1);
      assert.notDeepEqual(blockedBy, []);
    });
});
