import assert from "node:assert/strict";
import { claim, skipped } from "../../lib/claim";
import { holds, report, table } from "../../lib/report";

describe("the report", () => {
  const measured = { id: "drill.seconds", claim: "It is quick", unit: "s", limit: 10 };
  const good = claim({ ...measured, value: 9.9996 });
  const bad = claim({ ...measured, id: "drill.lost", value: 10.1, injection: "it was killed" });
  const none = skipped("drill.none", "there is no drill");

  it("fails with one claim, but not with a skipped one", () => {
    assert.equal(none.holds, false);
    assert.equal(holds(report("rehearse", "prod", Date.now(), [good, none])), true);
    assert.equal(holds(report("rehearse", "prod", Date.now(), [good, bad])), false);
  });

  it("is printed with every claim, the fault of a failed one, and a summary", () => {
    const text = table(report("rehearse", "prod", Date.now(), [good, bad, none]));
    assert.match(text, /^holds +drill\.seconds +10 s +≤ 10 +measured +It is quick$/m);
    assert.match(text, /^FAILS +drill\.lost +10\.1 s/m);
    assert.match(text, /^SKIPPED +drill\.none .*there is no drill$/m);
    assert.match(text, /drill\.lost: it was killed/);
    assert.match(text, /^rehearse prod: 1 claims hold, 1 fail, 1 skipped, in 0 s$/m);
  });
});
