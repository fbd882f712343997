import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { WatchEvent } from "../../../rehearsal/control-plane/api";
import { Volumes, type VolumeClaim } from "../../../rehearsal/services/volumes";

const provisioner = "ebs.csi.eks.amazonaws.com";

/** A claim as the API server has it when the scheduler has chosen the node `one`. */
function claimed(change: Partial<Record<string, string>> = {}): VolumeClaim {
  return {
    metadata: {
      name: "verify-work",
      namespace: "database",
      uid: "7",
      annotations: {
        "volume.kubernetes.io/selected-node": "one",
        "volume.kubernetes.io/storage-provisioner": provisioner,
        ...change,
      } as Record<string, string>,
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "encrypted-gp3",
      resources: { requests: { storage: "300Gi" } },
    },
  };
}

interface Made {
  metadata: { name: string };
  spec: {
    claimRef: { uid: string };
    capacity: object;
    local: { path: string };
    nodeAffinity: object;
  };
}

describe("the stand-in for EBS", () => {
  let folder: string;
  let volumes: Volumes;
  let made: Made[];
  let deleted: string[];
  let tell: (type: WatchEvent<VolumeClaim>["type"], claim: VolumeClaim) => void;
  let refuse: Error | undefined;
  let events: EventEmitter;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-test-"));
    [made, deleted, refuse] = [[], [], undefined];
    events = new EventEmitter();
    const api = {
      watch: async (_: string, onEvent: unknown) => {
        const listener = onEvent as (event: WatchEvent<VolumeClaim>) => void;
        tell = (type, object) => listener({ type, object });
      },
      create: async (_: string, object: unknown) => {
        if (refuse) throw refuse;
        made.push(object as Made);
        events.emit("made");
        return object as never;
      },
      delete: async (path: string) => void deleted.push(path),
    };
    volumes = await Volumes.start({
      api,
      diskOf: (node) => path.join(folder, node),
      fail: (error) => void events.emit("failed", error),
    });
  });

  afterEach(async () => {
    volumes.end();
    await rm(folder, { recursive: true, force: true });
  });

  const folderOfVolume = () => path.join(folder, "one", "rehearsal-volumes", "pvc-7");

  it("makes one volume a claim, on the disk of the node that the scheduler has chosen", async () => {
    const there = once(events, "made");
    tell("ADDED", claimed());
    tell("MODIFIED", claimed());
    await there;
    assert.equal(made.length, 1);
    const [{ metadata, spec }] = made as [Made];
    assert.equal(metadata.name, "pvc-7");
    assert.equal(spec.claimRef.uid, "7");
    assert.deepEqual(spec.capacity, { storage: "300Gi" });
    assert.equal(spec.local.path, "/var/lib/rehearsal-volumes/pvc-7");
    assert.match(JSON.stringify(spec.nodeAffinity), /"kubernetes.io\/hostname".*"one"/);
    assert.ok(existsSync(folderOfVolume()));
  });

  it("makes none before a node is chosen, and none of another provisioner's", async () => {
    tell("ADDED", claimed({ "volume.kubernetes.io/selected-node": "" }));
    tell("ADDED", claimed({ "volume.kubernetes.io/storage-provisioner": "example.com/other" }));
    assert.deepEqual(await volumes.left(0), []);
    assert.equal(made.length, 0);
  });

  it("deletes a volume and what was in it with its claim", async () => {
    const there = once(events, "made");
    tell("ADDED", claimed());
    await there;
    await writeFile(path.join(folderOfVolume(), "dump"), "content");
    assert.deepEqual(await volumes.left(0), ["pvc-7"]);
    tell("DELETED", claimed());
    assert.deepEqual(await volumes.left(5), []);
    assert.deepEqual(deleted, ["/api/v1/persistentvolumes/pvc-7"]);
    assert.equal(existsSync(folderOfVolume()), false);
  });

  it("says when it cannot make one", async () => {
    refuse = new Error("forbidden");
    const failed = once(events, "failed");
    tell("ADDED", claimed());
    assert.deepEqual(await failed, [refuse]);
  });
});
