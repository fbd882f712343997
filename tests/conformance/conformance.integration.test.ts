import assert from "node:assert/strict";
import path from "node:path";
import { withImage } from "../../conformance/bed";
import { check } from "../../conformance/check";
import { Context } from "../../conformance/context";
import { contract } from "../../conformance/contract";
import { Launcher, type Instance } from "../../conformance/instance";
import { Target } from "../../conformance/target";
import type { Claim } from "../../lib/claim";
import { bundled } from "../images/backend/support/backend";
import { Bed } from "../images/backend/support/bed";
import { needTools } from "../support/need-tools";
import { broken } from "./mutants";
import { Mutated } from "./mutated";
import { sampled } from "./sample";
import { steered } from "./steered-mutants";

/** Clauses that see an image from outside, in its normal life, and quickly. */
const quick = contract.filter(({ id }) => !/^(slow|cut|cache|shutdown|fuzzing|stream)\./.test(id));
const streaming = contract.filter(({ id }) => id.startsWith("stream."));

const failed = (claims: Claim[]) =>
  claims.filter(({ holds, kind }) => !holds && kind !== "skipped").map(({ id }) => id);

const images = { ...broken, ...steered };
const chosen = sampled(broken).length + sampled(steered).length;
const which = `${chosen} of ${Object.keys(images).length} broken images`;

// All of them take some minutes: EVERY_IMAGE=1.
describe(`conformance of an image, ours and ${which}`, function () {
  this.timeout(120_000);
  let bed: Bed;
  let launcher: Launcher;
  let instance: Instance;
  let keys: [string, string];
  /** What ours breaks by itself: nothing, as the first test says. */
  let own: string[];

  before(async function () {
    await needTools(this, ["postgres", "redis-server"]);
    bed = await Bed.start();
    const one = await bed.organization("one");
    const two = await bed.organization("two");
    keys = [one.apiKey, two.apiKey];
    launcher = await Launcher.create(`${process.execPath} ${await bundled()}`, {
      PATH: process.env.PATH,
      ...bed.environment,
    });
    instance = await launcher.start();
    const context = new Context(new Target(instance.url, ...keys), launcher);
    own = failed(await check([...quick, ...streaming], context));
  });
  after(async () => {
    await instance?.kill();
    await launcher?.stop();
    await bed?.stop();
  });

  it("ours keeps the whole contract", async () => {
    const context = new Context(new Target(instance.url, ...keys), launcher);
    const claims = await check(contract, context);
    const bad = claims.filter(({ holds }) => !holds);
    assert.deepEqual(
      bad.map(({ id, claim, injection }) => [id, injection ?? claim]),
      [],
    );
  });

  for (const [what, { mutant, names }] of sampled(broken))
    it(`names ${names[0]} where it has ${what}`, async () => {
      const mutated = await Mutated.before(instance.url, mutant);
      try {
        const context = new Context(new Target(mutated.url, ...keys), launcher);
        const clauses = names[0]!.startsWith("stream.") ? streaming : quick;
        const claims = await check(clauses, context);
        const named = failed(claims).filter((id) => names.includes(id) || !own.includes(id));
        assert.deepEqual(named.sort(), [...names].sort());
      } finally {
        await mutated.stop();
      }
    });

  for (const [name, { names }] of sampled(steered))
    it(`names ${names[0]} of an image that is started: ${name}`, async () => {
      const wrapper = path.join(__dirname, "mutated-process.ts");
      const node = process.execPath;
      const command = `${node} --import=tsx ${wrapper} ${name} ${node} ${await bundled()}`;
      const claims = await withImage(
        { command, apiKey: keys[0] },
        (context) =>
          check(
            contract.filter(({ id }) => id.startsWith(name.split("-")[0]!)),
            context,
          ),
        undefined,
        { PATH: process.env.PATH, ...bed.environment },
      );
      assert.deepEqual(failed(claims).sort(), [...names].sort());
    });
});
