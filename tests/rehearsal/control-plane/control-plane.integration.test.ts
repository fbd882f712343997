import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, readdir, readlink } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { ControlPlane, controlPlaneTools } from "../../../rehearsal/control-plane/control-plane";
import { Api, ApiError } from "../../../rehearsal/control-plane/api";
import { removeLeftovers } from "../../../rehearsal/control-plane/leftovers";
import { UsageError } from "../../../lib/ends";
import { output, start } from "../../../lib/processes";
import { tool } from "../../../tools";
import { needTools } from "../../support/need-tools";
import { folders } from "../support";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const images = { known: [], failingJobTag: "fails" };

describe("the control plane", function () {
  this.timeout(60_000);

  before(async function () {
    await needTools(this, [...controlPlaneTools, "kubectl"]);
  });

  describe("while it runs", () => {
    let plane: ControlPlane;

    before(async () => {
      plane = await ControlPlane.start({ zones, images });
    });

    after(async () => {
      await plane.stop();
      assert.deepEqual(await folders(), []);
    });

    it("is up in under 15 s", () => {
      assert.ok(plane.seconds < 15, `${plane.seconds} s`);
    });

    it("has two Ready nodes in each of three zones, for kubectl too", async () => {
      const args = ["--kubeconfig", plane.kubeconfig, "get", "nodes", "-o", "json"];
      const { items } = JSON.parse(await output(await tool("kubectl"), args)) as { items: Node[] };
      assert.equal(items.length, 6);
      for (const { metadata, status } of items) {
        const { name, labels } = metadata;
        assert.ok(plane.nodesOf(labels["topology.kubernetes.io/zone"]!).includes(name));
        assert.equal(status.conditions.find(({ type }) => type === "Ready")?.status, "True", name);
      }
    });

    it("lets nobody in without a token", async () => {
      const { server, authority } = await cluster(plane);
      for (const token of ["", "wrong"])
        await assert.rejects(
          new Api(server, token, authority).get("/api/v1/nodes"),
          (error) => error instanceof ApiError && error.status === 401,
        );
    });

    it("listens on loopback only", async () => {
      const { server } = await cluster(plane);
      assert.match(server, /^https:\/\/127\.0\.0\.1:\d+$/);
      const pids = await pidsOf(plane.folder);
      assert.equal(pids.length, 7, "etcd, API server, controller manager, scheduler, three kwok");
      const addresses = await listeners(pids);
      assert.deepEqual(addresses, [`127.0.0.1:${new URL(server).port}`]);
    });

    it("keeps its secrets to itself: no token in an argument, no file for others", async () => {
      const tokens = (await readFile(path.join(plane.folder, "tokens.csv"), "utf8"))
        .trim()
        .split("\n")
        .map((line) => line.split(",")[0]!);
      assert.equal(tokens.length, 4);
      for (const pid of await pidsOf(plane.folder)) {
        const args = await readFile(`/proc/${pid}/cmdline`, "utf8");
        for (const token of tokens) assert.ok(!args.includes(token));
      }
    });
  });

  it("says what stands in the way when its port is taken, and leaves nothing", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    try {
      await assert.rejects(
        ControlPlane.start({ zones, images, port }),
        (error) => error instanceof UsageError && error.message.startsWith(`port ${port} `),
      );
      assert.deepEqual(await folders(), []);
    } finally {
      taken.close();
    }
  });

  for (const milliseconds of [50, 500, 1500, 2500])
    it(`leaves nothing when it is stopped ${milliseconds} ms into the bring-up`, async () => {
      const signal = AbortSignal.timeout(milliseconds);
      await assert.rejects(ControlPlane.start({ zones, images, signal }), { name: "TimeoutError" });
      assert.deepEqual(await folders(), []);
    });

  it("dies with a run that is killed; the next run removes its folder", async function () {
    if (process.platform !== "linux") this.skip();
    const program = `
      const { ControlPlane } = require("./rehearsal/control-plane/control-plane");
      ControlPlane.start(${JSON.stringify({ zones, images })}).then((plane) => console.log(plane.folder));
    `;
    const child = await start(process.execPath, ["--import", "tsx", "-e", program], {
      cwd: path.join(__dirname, "../../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [text] = (await once(child.stdout!, "data")) as [string];
    const folder = text.trim();
    assert.equal((await pidsOf(folder)).length, 7);
    child.kill("SIGKILL");
    await once(child, "exit");
    await pWaitFor(async () => (await pidsOf(folder)).length === 0);
    assert.ok((await removeLeftovers()).includes(folder));
    assert.deepEqual(await folders(child.pid), []);
  });
});

interface Node {
  metadata: { name: string; labels: Record<string, string> };
  status: { conditions: { type: string; status: string }[] };
}

async function cluster(plane: ControlPlane): Promise<{ server: string; authority: string }> {
  const { clusters } = JSON.parse(await readFile(plane.kubeconfig, "utf8")) as {
    clusters: { cluster: { server: string; "certificate-authority": string } }[];
  };
  const { server, "certificate-authority": file } = clusters[0]!.cluster;
  return { server, authority: await readFile(file, "utf8") };
}

/** Living processes whose working directory is `folder`, as Linux knows them. */
async function pidsOf(folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const there = await Promise.all(
    pids.map((pid) =>
      readlink(`/proc/${pid}/cwd`).then(
        (cwd) => cwd.startsWith(folder),
        () => false,
      ),
    ),
  );
  return pids.filter((_, index) => there[index]);
}

/** TCP addresses on which these processes listen. */
async function listeners(pids: string[]): Promise<string[]> {
  const sockets = new Set<string>();
  for (const pid of pids)
    for (const descriptor of await readdir(`/proc/${pid}/fd`))
      sockets.add(await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => ""));
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((table) => readFile(`/proc/net/${table}`, "utf8")),
  );
  const listening = "0A";
  return tables
    .join("\n")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening && sockets.has(`socket:[${fields[9]}]`))
    .map(([, local]) => {
      const [address, port] = local!.split(":");
      const ip = address!.match(/../g)!.reverse();
      return `${ip.map((byte) => parseInt(byte, 16)).join(".")}:${parseInt(port!, 16)}`;
    });
}
