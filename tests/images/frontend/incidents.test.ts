import assert from "node:assert/strict";
import { duration, inWords, type Incident } from "../../../images/frontend/page/incident";
import { Incidents } from "../../../images/frontend/page/incidents";
import { conflict, refusal } from "../../../images/frontend/page/outcome";
import { Refused, Unreachable } from "../../../images/frontend/page/api";
import { backoff } from "../../../images/frontend/page/stream";

const incident = (id: string, change: Partial<Incident> = {}): Incident => ({
  id,
  title: `Incident ${id}`,
  entity: "host",
  rule: "anomaly",
  severity: "high",
  status: "open",
  assignee: null,
  note: null,
  events: 1,
  firstSeen: "",
  lastSeen: "",
  createdAt: `2026-11-26T00:00:0${id}.000Z`,
  updatedAt: "",
  version: 1,
  ...change,
});

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

describe("the page's words", () => {
  it("name durations", () => {
    assert.deepEqual([-3, 0, 1, 59, 60, 7199, 7200, 86_400, 900_000].map(duration), [
      "0 seconds",
      "0 seconds",
      "1 second",
      "59 seconds",
      "1 minute",
      "1 hour",
      "2 hours",
      "1 day",
      "10 days",
    ]);
  });

  it("make words of names, and leave sentences", () => {
    assert.equal(inWords("cache-away"), "Cache away");
    assert.equal(inWords("the writer is read-only"), "The writer is read-only");
  });

  it("say what a conflict is about", () => {
    const text = conflict(incident("1"), incident("1", { status: "resolved", assignee: "m" }));
    assert.match(
      text,
      /Changed by someone else: the status is now resolved, the assignee is now m\./,
    );
    assert.doesNotMatch(text, /note is|events/);
  });

  for (const [what, error, mode, words] of [
    ["no answer", new Unreachable(""), "normal", /may be saved or not/],
    [
      "an answer that does not know",
      new Refused(503, "", 1, true),
      "read-only",
      /may be saved or not/,
    ],
    [
      "read-only",
      new Refused(503, "", 2, false),
      "read-only",
      /^Not saved: the service is read-only/,
    ],
    [
      "busy",
      new Refused(503, "", 2, false),
      "normal",
      /^Not saved: the service is busy.* in 2 s\.$/,
    ],
    ["too many", new Refused(429, "", undefined, false), "normal", /^Not saved.* in a moment\.$/],
    ["bad", new Refused(400, "too long", undefined, false), "normal", /says: too long\. /],
  ] as const)
    it(`say honestly what ${what} means for a save`, () => {
      assert.match(refusal(error, mode), words);
      assert.match(refusal(error, mode), /What you typed is kept/);
    });
});

describe("the page's wait before it connects again", () => {
  it("doubles from 1 s to 30 s, less a random half", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 1000].map((tries) => backoff(tries, 1)),
      [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000],
    );
    assert.equal(backoff(0, 0), 500);
    assert.equal(backoff(9, 0), 15_000);
  });
});
