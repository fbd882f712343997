import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan";
import { namings, regionAsked } from "../../rehearsal/aws/names";
import { named, ofType, planned, plannedStack } from "../support/planned";
import { secondStack } from "../support/second-stack";

const repository = "aws:ecr/repository:Repository";

describe("the stack that takes a lost one's place", function () {
  this.timeout(60_000);

  for (const lost of ["prod", "staging"])
    describe(`of ${lost}`, () => {
      let first: Plan, second: Plan;

      before(async () => {
        first = await plannedStack(lost);
        second = await planned(secondStack(lost));
      });

      it("shares no name with it, but for the repositories that it takes over", () => {
        const there = new Set(namesIn(first, "eu-central-1"));
        const shared = namesIn(second, "eu-west-1").filter((name) => there.has(name));
        assert.deepEqual(
          shared,
          ofType(second, repository)
            .map(({ inputs }) => `${repository} eu-west-1 ${String(inputs.name)}`)
            .sort(),
        );
      });

      it("imports the repositories that the lost one has made in its Region", () => {
        const copies = ofType(first, repository).filter(({ inputs }) => inputs.region);
        const taken = ofType(second, repository);
        assert.equal(taken.length, copies.length);
        assert.ok(copies.length > 0);
        for (const { inputs, options } of taken) {
          assert.equal(options.importId, inputs.name);
          const copy = copies.find((one) => one.inputs.name === inputs.name);
          const { region, ...settings } = copy!.inputs;
          assert.equal(region, "eu-west-1");
          assert.deepEqual(inputs, settings, "another setting would be changed, or refused");
        }
      });

      it("names the lost Region nowhere", () => {
        for (const { urn, inputs } of second.resources)
          assert.doesNotMatch(JSON.stringify(inputs), /eu-central-1/, urn);
      });

      it("writes over the users' record, and over no other name of a stack that is nobody's heir", () => {
        assert.equal(named(second, "edge-record").inputs.allowOverwrite, true);
        assert.equal(named(first, "edge-record").inputs.allowOverwrite, undefined);
      });

      it("leads to its listener only once that has its certificate", () => {
        const { dependencies } = named(second, "edge-record");
        assert.ok(dependencies.some((urn) => urn.endsWith("::edge-listener")));
      });
    });
});

/** Every name that a plan claims, with its type and where it has to be the only one. */
function namesIn({ resources }: Plan, own: string): string[] {
  return resources
    .flatMap(({ type, inputs }) => {
      const naming = namings[type];
      const name = naming?.name(inputs);
      if (!naming || name === undefined) return [];
      const where = naming.scope === "account" ? "account" : regionAsked(type, inputs, own);
      return [`${type} ${where} ${String(name)}`];
    })
    .sort();
}
