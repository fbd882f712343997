import assert from "node:assert/strict";
import { Admission, laneOf } from "../../../images/backend/overload";

/** An event loop by hand. */
function loop() {
  let time = 0;
  let end: (() => void) | undefined;
  const admission = new Admission(
    { writes: 2, reads: 3, burst: 250 },
    () => time,
    (call) => (end = call),
  );
  return {
    admission,
    /** Time that handlers take within the phase. */
    work: (milliseconds: number) => (time += milliseconds),
    endPhase: () => end?.(),
    idle: (milliseconds: number) => (time += milliseconds),
  };
}

describe("admission", () => {
  it("takes so many writes and reads, counted apart", () => {
    const { admission } = loop();
    assert.deepEqual(
      [1, 2, 3].map(() => admission.enter("write")),
      [true, true, false],
    );
    assert.equal(admission.refuses("write"), "busy");
    assert.equal(admission.refuses("read"), undefined);
    admission.leave("write");
    assert.equal(admission.refuses("write"), undefined);
    assert.equal(admission.enter("write"), true);
  });

  it("lets a burst wait once", () => {
    const { admission, work } = loop();
    assert.equal(admission.refuses("write"), undefined);
    work(200);
    assert.equal(admission.refuses("write"), undefined);
    work(100);
    assert.equal(admission.refuses("write"), "late");
  });

  it("grants no standing queue the time of a burst", () => {
    const { admission, work, endPhase } = loop();
    for (let phase = 0; phase < 4; phase++) {
      admission.refuses("write");
      work(200);
      endPhase();
    }
    assert.equal(admission.refuses("write"), undefined);
    work(30);
    assert.equal(admission.refuses("write"), "late");
  });

  it("is calm again after a short phase, and after a pause", () => {
    for (const calmDown of ["short", "pause"]) {
      const { admission, work, endPhase, idle } = loop();
      for (let phase = 0; phase < 4; phase++) {
        admission.refuses("read");
        work(200);
        endPhase();
      }
      if (calmDown === "short") {
        admission.refuses("read");
        work(5);
        endPhase();
      } else idle(50);
      admission.refuses("read");
      work(100);
      assert.equal(admission.refuses("read"), undefined, calmDown);
    }
  });

  it("never refuses health, metrics and state", () => {
    const { admission, work } = loop();
    for (let count = 0; count < 9; count++) assert.equal(admission.enter("free"), true);
    admission.refuses("read");
    work(10_000);
    assert.equal(admission.refuses("read"), "late");
    assert.equal(admission.refuses("free"), undefined);
  });

  it("knows a request's lane by its path and method", () => {
    const lanes: [string, string, string][] = [
      ["GET", "/health/live", "free"],
      ["GET", "/metrics", "free"],
      ["GET", "/api/state", "free"],
      ["GET", "/api/incidents/stream", "free"],
      ["GET", "/api/incidents?limit=1", "read"],
      ["POST", "/api/events", "write"],
      ["PATCH", "/api/incidents/1", "write"],
    ];
    for (const [method, path, lane] of lanes) assert.equal(laneOf(method, path), lane, path);
  });
});
