import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { renderings } from "../../plan/renderings";
import { localReleases, type PlannedRelease } from "../../plan/releases";
import { template } from "../../plan/helm";
import { needTools } from "../support/need-tools";
import { plannedStack, root } from "../support/planned";

describe("the local charts, by the real Helm", function () {
  this.timeout(600_000);

  before(async function () {
    await needTools(this, ["helm"]);
  });

  for (const stack of ["prod", "staging"])
    it(`render for ${stack} what is committed`, async () => {
      const fresh = await renderings(root, await plannedStack(stack));
      assert.equal(fresh.length, 6);
      for (const { file, text } of fresh)
        assert.equal(readFileSync(file, "utf8"), text, `${relative(root, file)}: npm run render`);
    });

  for (const stack of ["prod", "staging"])
    it(`render for ${stack} the same at an upgrade as at an installation`, async () => {
      const releases = localReleases(await plannedStack(stack));
      await Promise.all(
        releases.map(async (release) => {
          const [installed, upgraded] = await Promise.all([
            template(release),
            template(release, release.values, "upgraded"),
          ]);
          assert.equal(upgraded.code, 0, upgraded.stderr);
          assert.equal(upgraded.stdout, installed.stdout, release.name);
        }),
      );
    });

  const refusals: { title: string; release: string; change: Change; says: RegExp }[] = [
    {
      title: "two poolers",
      release: "pgbouncer",
      change: (v) => (v.replicas = 2),
      says: /replicas.*minimum/s,
    },
    {
      title: "an autoscaler that may go to two",
      release: "mini-xdr",
      change: (v) => (v.backend.autoscaling.minReplicas = 2),
      says: /minReplicas.*minimum/s,
    },
    {
      title: "two replicas without an autoscaler",
      release: "mini-xdr",
      change: (v) => Object.assign(v.frontend, { autoscaling: null, replicas: 2 }),
      says: /replicas.*minimum/s,
    },
    {
      title: "an unknown value",
      release: "mini-xdr",
      change: (v) => (v.backend.replicaCount = 3),
      says: /replicaCount/,
    },
    {
      title: "a moving tag",
      release: "mini-xdr",
      change: (v) => (v.backend.image.tag = "latest"),
      says: /image\/tag|image.tag/,
    },
    {
      title: "recovery settings that add more than 10 s to a failover",
      release: "pgbouncer",
      change: (v) => (v.recovery = { serverLoginRetrySeconds: 15 }),
      says: /recovery may add|recovery/,
    },
    {
      title: "an empty database host",
      release: "database-bootstrap",
      change: (v) => (v.database.host = ""),
      says: /host/,
    },
  ];
  for (const { title, release, change, says } of refusals)
    it(`${release}: refuse ${title}`, async () => {
      const planned = await releaseOf(release);
      const values = structuredClone(planned.values);
      change(values);
      const { code, stderr } = await template({ ...planned, values });
      assert.notEqual(code, 0, "Helm rendered it");
      assert.match(stderr, says);
    });
});

type Change = (values: any) => void; // eslint-disable-line @typescript-eslint/no-explicit-any

async function releaseOf(name: string): Promise<PlannedRelease> {
  return localReleases(await plannedStack("prod")).find((release) => release.name === name)!;
}
