import assert from "node:assert/strict";
import fc from "fast-check";
import { decide, freshFor, holdFor, unsureFor, type Report } from "../../../images/pooler/decide";
import { World, type Decider } from "./world";

const index = fc.nat(2);
const endpoint = fc.nat(2);

/** What may happen in any order. Questions and answers are most of it, so that something is known. */
const happening = fc.oneof(
  { weight: 6, arbitrary: endpoint.map((each) => (world: World) => world.ask(each)) },
  { weight: 6, arbitrary: fc.nat(9).map((which) => (world: World) => world.deliver(which)) },
  { weight: 6, arbitrary: fc.constant(round) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 900 }).map((ms) => (w: World) => w.step(ms)) },
  { weight: 2, arbitrary: index.map((each) => (world: World) => world.promote(each)) },
  { weight: 2, arbitrary: index.map((each) => (world: World) => world.follow(each)) },
  { weight: 2, arbitrary: index.map((each) => (world: World) => world.fail(each)) },
  { weight: 1, arbitrary: fc.constant((world: World) => world.demote()) },
  { weight: 1, arbitrary: index.map((each) => (world: World) => world.part(each)) },
  {
    weight: 1,
    arbitrary: fc.tuple(endpoint, fc.nat(3)).map(([name, to]) => (world: World) => {
      // One cluster beside ours, so one name at a time that leads there.
      if (to < 3 || !world.leads.includes(3)) world.leads[name] = to;
    }),
  },
  { weight: 1, arbitrary: fc.constant((world: World) => world.step(unsureFor + 1)) }, // it stood still
);

/** Everybody is asked and answers, 100 ms later. */
function round(world: World): void {
  for (const each of [0, 1, 2]) world.ask(each);
  world.step(100);
  world.deliverAll();
  world.step(0);
}

/** @throws when work goes to one that was not the newest writer within the time that an answer counts */
function choosesNewest(world: World, events: ((world: World) => void)[]): void {
  for (const event of events) {
    const before = world.state;
    event(world);
    const { target, writer, held } = world.state;
    if (!target || held || (target === before.target && !before.held)) continue;
    const until = world.lastNewest(writer!.server);
    assert.ok(
      until >= world.now - freshFor,
      `${target} was not the newest writer for ${world.now - until} ms`,
    );
  }
}

/** As if every standby received from somebody. */
function seemsFollowed(report: Report): Report {
  const { answer } = report;
  return answer ? { ...report, answer: { ...answer, streaming: answer.standby } } : report;
}

const history = fc.array(happening, { minLength: 1, maxLength: 120, size: "max" });
const often = { numRuns: Number(process.env.RUNS ?? 2000) };

describe("which instance takes the writes, in any order of answers, delays, lies, losses and promotions", () => {
  it("is never one that was not the newest writer when it was last asked", () => {
    fc.assert(
      fc.property(history, (events) => choosesNewest(new World(), events)),
      often,
    );
  });

  // The rule of pgbouncer-fast-switchover and of most scripts: whoever is not in recovery.
  it("would be an old writer by a rule that asks for nothing else", () => {
    const naive: Decider = (before, reports, now) => {
      const found = reports.find(({ answer }) => answer && !answer.standby);
      if (!found) return { ...before, held: true };
      return {
        target: found.endpoint,
        held: false,
        writer: { ...found, ...found.answer! },
        sureAt: now,
      };
    };
    assert.throws(() =>
      fc.assert(
        fc.property(history, (events) => choosesNewest(new World(naive), events)),
        often,
      ),
    );
  });

  // Without it an isolated writer, which a lost standby has not contradicted, would be taken again.
  it("would be an old writer where no standby had to follow", () => {
    const loose: Decider = (before, reports, now) =>
      decide(before, reports.map(seemsFollowed), now);
    assert.throws(() =>
      fc.assert(
        fc.property(history, (events) => choosesNewest(new World(loose), events)),
        often,
      ),
    );
  });

  it("is never of an older timeline than one before", () => {
    fc.assert(
      fc.property(history, (events) => {
        const world = new World();
        let newest = 0;
        for (const event of events) {
          event(world);
          const { target, writer } = world.state;
          if (!target || world.state.held) continue;
          assert.ok(writer!.timeline >= newest);
          newest = writer!.timeline;
        }
      }),
      often,
    );
  });

  it("is given up within two seconds of the next promotion, where most answer", () => {
    fc.assert(
      fc.property(history, fc.constantFrom(0, 1, 2), (events, hidden) => {
        const world = new World();
        for (const event of events) event(world);
        world.heal();
        for (let count = 0; count < 10; count++) round(world);
        const { server: old } = world.newest;
        const next = (old + 1) % 3;
        world.promote(next);
        world.follow((old + 2) % 3);
        // The old one goes on as a writer, seen or not seen.
        if (hidden !== next) world.part(hidden);
        for (let count = 0; count < 20; count++) round(world);
        assert.ok(world.state.held || world.state.target !== `instance-${old}`);
      }),
      often,
    );
  });

  it("is the newest writer within a second of its being followed, and nothing waits", () => {
    fc.assert(
      fc.property(history, (events) => {
        const world = new World();
        for (const event of events) event(world);
        world.heal();
        for (let count = 0; count < 10; count++) round(world);
        assert.equal(world.state.target, `instance-${world.newest.server}`);
        assert.equal(world.state.held, false);
      }),
      often,
    );
  });

  it("lets work wait for no longer than the limit", () => {
    const longEvents = fc.array(fc.oneof(happening, fc.constant(round)), {
      maxLength: 600,
      size: "max",
    });
    fc.assert(
      fc.property(longEvents, (events) => {
        const world = new World();
        let since: number | undefined;
        for (const event of events) {
          event(world);
          if (!world.state.held) since = undefined;
          else since ??= world.now;
          assert.ok(world.now - (since ?? world.now) <= holdFor + 2 * unsureFor);
        }
      }),
      { numRuns: often.numRuns / 10 },
    );
  });
});
