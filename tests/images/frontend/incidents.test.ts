import assert from "node:assert/strict";
import { Incidents } from "../../../images/frontend/page/incidents";
import { incident } from "./support/incident";

const ids = (incidents: Incidents) => incidents.shown().map(({ id }) => id);

describe("the page's incidents", () => {
  let incidents: Incidents;

  beforeEach(() => {
    incidents = new Incidents();
    incidents.asking();
    incidents.replace([incident("2"), incident("1")]);
  });

  it("are shown newest first, and keep their place when they change", () => {
    assert.equal(incidents.tell(incident("3")), true, "is new");
    assert.equal(incidents.tell(incident("1", { version: 2, updatedAt: "later" })), false);
    assert.deepEqual(ids(incidents), ["3", "2", "1"]);
  });

  it("are not taken back by an answer that is older than what the stream told", () => {
    incidents.tell(incident("1", { version: 3, status: "resolved" }));
    incidents.asking();
    incidents.replace([incident("2"), incident("1")]);
    assert.equal(incidents.shown()[1]!.status, "resolved");
    incidents.tell(incident("1", { version: 2 }));
    assert.equal(incidents.shown()[1]!.version, 3);
  });

  it("keep what the stream told while the answer was on its way", () => {
    incidents.asking();
    incidents.tell(incident("3"));
    incidents.replace([incident("2")]);
    assert.deepEqual(ids(incidents), ["3", "2"], "and lose what is gone");
  });

  it("keep their further pages when the first one is asked for again", () => {
    incidents.append([incident("0")]);
    incidents.asking();
    assert.equal(incidents.replace([incident("3"), incident("2")], true), true);
    assert.deepEqual(ids(incidents), ["3", "2", "1", "0"]);
    assert.equal(incidents.replace([incident("3"), incident("0")], true), false);
    assert.deepEqual(ids(incidents), ["3", "0"]);
    assert.equal(incidents.replace([]), false);
    assert.deepEqual(ids(incidents), []);
  });

  it("leave the list when they no longer match its filter", () => {
    incidents.filter = { status: "open", severity: "" };
    incidents.tell(incident("2", { version: 2, status: "resolved" }));
    assert.equal(incidents.tell(incident("4", { status: "resolved" })), false);
    assert.deepEqual(ids(incidents), ["1"]);
  });

  it("are 500 at most", () => {
    for (let n = 0; n < 600; n += 1)
      incidents.tell(incident(`n${n}`, { createdAt: new Date(1e12 + n).toISOString() }));
    assert.equal(incidents.shown().length, 500);
  });

  it("are counted by severity, worst first", () => {
    incidents.tell(incident("5", { severity: "critical" }));
    assert.deepEqual(incidents.counts(), [
      { severity: "critical", count: 1 },
      { severity: "high", count: 2 },
    ]);
  });
});
