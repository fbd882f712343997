import assert from "node:assert/strict";
import { survival } from "../../../../policies/models/survival/survival";
import { Stack } from "../../../../policies/model/resource";
import type { Settings } from "../../../../policies/model/settings";
import { judgedStack, type Judged } from "../../support";

describe("survival, in the plans of both stacks", function () {
  this.timeout(60_000);
  const stacks: Record<string, Judged> = {};

  before(async () => {
    for (const stack of ["prod", "staging"]) stacks[stack] = await judgedStack(stack);
  });

  const lines = ({ resources, settings }: Judged, changed: Partial<Settings> = {}) =>
    survival.lines(new Stack(resources), { ...settings, ...changed });

  for (const stack of ["prod", "staging"])
    it(`outlives every single fault in ${stack}`, () => {
      const found = lines(stacks[stack]!);
      assert.ok(found.length > 25, `only ${found.length} lines`);
      assert.deepEqual(
        found.flatMap(({ broken }) => broken),
        [],
      );
      for (const { of, cells } of found)
        assert.ok(
          cells.every((cell) => cell !== "nothing"),
          `${of}: ${cells.join(" | ")}`,
        );
    });

  it("says in its cell what staging shares, and breaks with it where that is not promised", () => {
    const gateway = "network-nat-eu-central-1a";
    const cell = (of: string) =>
      lines(stacks.staging!)
        .find((line) => line.of === of)
        ?.cells.find((each) => each.includes("nat-per-zone"));
    assert.match(cell("nothing lost") ?? "", new RegExp(`shared ${gateway} \\(nat-per-zone\\)`));
    assert.match(cell("zone eu-central-1a lost") ?? "", /cut off/);
    const broken = lines(stacks.staging!, { tier: "enterprise" }).filter(
      (line) => line.broken.length > 0,
    );
    assert.deepEqual(
      broken.map(({ of }) => of),
      ["zone eu-central-1a lost", `${gateway} lost`, "subnet network-public-eu-central-1a lost"],
    );
    assert.deepEqual(
      broken[0]!.broken.map(({ problem }) => problem),
      ["b", "c"].map(
        (zone) =>
          `zone eu-central-1a lost: pods reach neither images nor AWS, because network-private-eu-central-1${zone} routes to ${gateway} in eu-central-1a`,
      ),
    );
  });

  it("has every zone's loss in its table, with two thirds left", () => {
    const found = lines(stacks.prod!).filter(({ of }) => of.startsWith("zone "));
    assert.equal(found.length, 3);
    for (const { cells } of found)
      assert.deepEqual(cells, [
        "page and API, by 2 of 3 load balancer nodes",
        "pooler 2 of 3, cache 2 of 3",
        "writer and readers, by 2 of 3 servers",
        "2 zones: own gateway",
        "2 of 3 of each",
      ]);
  });
});
