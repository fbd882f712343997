import assert from "node:assert/strict";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { correlate, detect } from "../../../images/backend/detection/detect";
import { loadModel } from "../../../images/backend/detection/load";
import type { Model } from "../../../images/backend/detection/model";
import builtIn from "../../../images/backend/detection/model.json";
import type { Event } from "../../../images/backend/events";
import { attack } from "./support/client";

const event = (change: Partial<Event> = {}): Event => ({ ...attack, ...change });
const quiet = { severity_id: 1, message: "User logged in" };

describe("detection", () => {
  let model: Model;
  before(async () => {
    model = await loadModel();
  });

  it("knows an attack by its rule", () => {
    assert.equal(detect(model, event())?.rule, "brute-force");
    assert.equal(detect(model, event({ message: "RANSOMWARE note" }))?.severity, "critical");
  });

  it("takes what no rule knows for an anomaly when it is probable enough", () => {
    const finding = detect(model, event({ class_uid: 2004, severity_id: 5, message: "odd" }));
    assert.equal(finding?.rule, "anomaly");
    assert.equal(finding?.severity, "critical");
    assert.ok(finding.score >= model.threshold);
  });

  it("lets the harmless pass", () => assert.equal(detect(model, event(quiet)), undefined));

  it("makes one incident of one rule, entity and window, and others of others", () => {
    const { incidents, ofEvent } = correlate(model, "o", [
      event(),
      event({ time: event().time + 1000 }),
      event({ src_endpoint: { ip: "203.0.113.8" } }),
      event({ time: event().time + model.windowSeconds * 1000 }),
      event({ message: "lateral movement failed" }),
      event(quiet),
    ]);
    assert.equal(incidents.length, 3);
    const first = incidents.find(({ id }) => id === ofEvent[0])!;
    assert.deepEqual([first.events, first.lastSeen - first.firstSeen], [3, 1000]);
    assert.equal(ofEvent[1], ofEvent[0]);
    assert.equal(ofEvent[5], undefined);
  });

  it("names an incident alike in every process, and apart for every tenant", () => {
    const id = (organization: string) => correlate(model, organization, [event()]).ofEvent[0]!;
    assert.equal(id("one"), id("one"));
    assert.notEqual(id("one"), id("two"));
    assert.match(id("one"), /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it("finds the same in a batch in whatever order, sorted so that batches cannot block each other", () => {
    const some = fc.array(
      fc.record({ user: fc.integer({ min: 0, max: 3 }), offset: fc.integer({ max: 2e6, min: 0 }) }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(some, (picks) => {
        const events = picks.map(({ user, offset }) =>
          event({ time: event().time + offset, actor: { user: { name: `u${user}` } } }),
        );
        const forwards = correlate(model, "o", events).incidents;
        const backwards = correlate(model, "o", [...events].reverse()).incidents;
        assert.deepEqual(forwards, backwards);
        assert.deepEqual(
          forwards.map(({ id }) => id),
          forwards.map(({ id }) => id).sort(),
        );
        assert.equal(
          forwards.reduce((sum, one) => sum + one.events, 0),
          events.length,
        );
      }),
    );
  });

  it("serves no model that misses its own examples, and none that is no model", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mx-model-"));
    const load = (content: unknown) => {
      writeFileSync(join(folder, "model.json"), JSON.stringify(content));
      return loadModel(join(folder, "model.json"));
    };
    await assert.rejects(load({ ...builtIn, rules: [] }), /finds anomaly in example example-1/);
    await assert.rejects(load({ ...builtIn, threshold: 2 }), /not a model/);
    assert.equal((await load(builtIn)).version, builtIn.version);
    rmSync(folder, { recursive: true });
  });
});
