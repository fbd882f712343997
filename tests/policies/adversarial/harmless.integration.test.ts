import assert from "node:assert/strict";
import { needTools } from "../../support/need-tools";
import { harmless } from "./harmless";
import { ownTrial, trialTools } from "./own-trial";
import { weekly } from "./weekly";

describe("the policy pack against colleagues who know what they do", function () {
  this.timeout(120_000);
  before(async function () {
    await needTools(this, trialTools);
  });
  const trial = ownTrial();

  for (const edit of [...harmless, ...weekly])
    it(`does not stop: ${edit.title}`, async () => {
      const { effective, messages } = await trial().of(edit);
      assert.ok(effective, "it changes nothing");
      assert.deepEqual(messages, []);
    });
});
