import assert from "node:assert/strict";
import { members } from "../../../images/pooler/members";

const domain = "abc.eu-central-1.rds.amazonaws.com";
const asked = ["one", "two", "three"].map((name) => `${name}.${domain}`);
const others = ["four", "one", "two"].map((name) => `${name}.${domain}`);

describe("the members that are asked", () => {
  it("are those of the plan while nobody tells", () => {
    assert.deepEqual(members(asked, []), asked);
  });

  it("are those that most members tell", () => {
    assert.deepEqual(members(asked, [others, [...others].reverse(), asked]), others);
  });

  it("do not change by one member's word", () => {
    assert.deepEqual(members(asked, [others]), asked);
  });

  const refused: [string, string[]][] = [
    ["an end of line in a name", [`one.${domain}`, `two\nadmin_users=x.${domain}`]],
    ["a space in a name", [`one.${domain}`, `two port=1.${domain}`]],
    ["another domain", [`one.${domain}`, "two.example.com"]],
    ["one member alone", [`one.${domain}`]],
    ["none", []],
    ["more than there may be", Array.from({ length: 10 }, (_, each) => `n${each}.${domain}`)],
  ];
  for (const [what, told] of refused)
    it(`refuse ${what}, whoever tells it`, () =>
      assert.deepEqual(members(asked, [told, told, told]), asked));
});
