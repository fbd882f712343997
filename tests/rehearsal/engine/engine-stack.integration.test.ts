import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { requireDataUntouched } from "../../../recovery/untouched";
import { readStackSettings } from "../../../plan/stack-settings";
import { EngineStack, engineTools } from "../../../rehearsal/engine/engine-stack";
import { bringUp } from "../../../rehearsal/engine/drills";
import { folderPrefix } from "../../../rehearsal/control-plane/leftovers";
import { plannedStack, program, root } from "../../support/planned";
import { needTools } from "../../support/need-tools";

describe("a stack under the real engine", function () {
  this.timeout(600_000);
  const started: EngineStack[] = [];

  before(async function () {
    await needTools(this, engineTools);
  });
  after(async () => {
    for (const stack of started) await stack.stop();
  });

  /** A stack under the engine, with what `change` does to its resources. */
  async function engineStack(stack: string, change?: pulumi.ResourceTransform) {
    const unchanged = await program();
    const changed = () => {
      if (change) pulumi.runtime.registerResourceTransform(change);
      return unchanged();
    };
    const folder = await mkdtemp(path.join(os.tmpdir(), `${folderPrefix}${process.pid}-`));
    const settings = readStackSettings(root, stack);
    const plan = await plannedStack(stack);
    const { signal } = new AbortController();
    const made = await EngineStack.start({
      root,
      folder,
      program: changed,
      settings,
      plan,
      signal,
    });
    started.push(made);
    return made;
  }

  it("a change that makes it less available is stopped by the pack before anything is made", async () => {
    const stack = await engineStack("prod", ({ type, props, opts }) =>
      type === "aws:rds/cluster:Cluster"
        ? { props: { ...props, deletionProtection: false }, opts }
        : undefined,
    );
    await assert.rejects(stack.up(), /\[mandatory\].*database-deletion-protection/);
    assert.deepEqual(stack.cloud.changes, []);
  });

  /** What @pulumi/eks does where nobody tells it otherwise. */
  const creatorAdmin: pulumi.ResourceTransform = ({ type, props, opts }) =>
    type === "aws:eks/cluster:Cluster"
      ? {
          props: {
            ...props,
            accessConfig: {
              authenticationMode: "API",
              bootstrapClusterCreatorAdminPermissions: true,
            },
          },
          opts,
        }
      : undefined;

  it("a cluster whose creator is let in by EKS is stopped by the pack before anything is made", async () => {
    const stack = await engineStack("prod", creatorAdmin);
    await assert.rejects(stack.up(), /\[mandatory\].*cluster-creator/);
    assert.deepEqual(stack.cloud.changes, []);
  });

  it("and without the pack its first up ends with EKS's 409, after the cluster was made", async () => {
    const stack = await engineStack("prod", creatorAdmin);
    await assert.rejects(stack.up(undefined, false), /StatusCode: 409, ResourceInUseException/);
    assert.ok(stack.cloud.changes.some(({ urn }) => urn.endsWith("-eksCluster")));
  });

  describe("staging", () => {
    let stack: EngineStack;

    it("comes up, and a second preview changes nothing", async () => {
      stack = await engineStack("staging");
      const failed = (await bringUp.run(stack, () => {})).filter(({ holds }) => !holds);
      assert.deepEqual(failed, []);
    });

    it("takes a restored server for the old one, as restore --to does", async () => {
      const { engine, cloud } = stack;
      const ids = ["database-instance", "database-replica-1"].map((name) =>
        cloud.exchange("aws:rds/instance:Instance", name),
      );
      const asked = cloud.changes.length;
      await engine.repoint(new Map(ids));
      await engine.refresh(false);
      await requireDataUntouched(engine);
      assert.deepEqual(await stack.changes(), []);
      const state = await engine.resources();
      for (const [old, now] of ids) {
        assert.ok(state.some(({ id }) => id === now));
        assert.ok(!state.some(({ id }) => id === old));
      }
      assert.equal(cloud.changes.length, asked);
    });

    it("does not create a database again, empty, that is lost with its cluster", async () => {
      await stack.loseCluster();
      stack.cloud.lose("aws:rds/instance:Instance", "database-instance");
      const asked = stack.cloud.changes.length;
      const { code, stderr } = await stack.rebuild();
      assert.equal(code, 1);
      assert.match(stderr, /step 3 \(check\): the engine would create database-instance/);
      assert.equal(stack.cloud.changes.length, asked);
    });
  });
});
