import assert from "node:assert/strict";
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import spawn from "nano-spawn";
import { run, type Result } from "../../lib/processes";
import { nodeTools, nodeTree, tool, toolNames, toolVersion } from "../../tools";
import { publish, removePartial } from "../../tools/cache";
import { debianTool } from "../../tools/debian";
import { withLock } from "../../tools/lock";
import { findOnPath } from "../../tools/path-search";
import { needTools } from "../support/need-tools";
import { only, plannedStack, root } from "../support/planned";

describe("the tools", function () {
  this.timeout(30_000);
  let folder: string;
  const { PATH } = process.env;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-tools-test-"));
  });

  afterEach(async () => {
    process.env.PATH = PATH;
    await rm(folder, { recursive: true, force: true });
  });

  it("pin an exact version each", () => {
    for (const name of toolNames) assert.match(toolVersion(name), /^v?\d+(\.\d+)+/, name);
  });

  it("run the Kubernetes minor that the stack's cluster has", async () => {
    const { inputs } = only(await plannedStack("prod"), "eks:index:Cluster");
    assert.ok(toolVersion("kube-apiserver").startsWith(`v${inputs.version as string}.`));
  });

  it("replace every Kubernetes module by the release that belongs to the pinned one", async () => {
    const text = await readFile(path.join(root, "tools/go.mod"), "utf8");
    const replaced = [...text.matchAll(/^\s+(k8s\.io\/[\w-]+) => \1 (v\S+)$/gm)];
    assert.equal(replaced.length, 33);
    const release = toolVersion("kubectl").replace(/^v1\./, "v0.");
    for (const [line, , version] of replaced) assert.equal(version, release, line);
  });

  describe("on the PATH", () => {
    const script = async (name: string, says: string) => {
      const bin = path.join(folder, "bin");
      await mkdir(bin, { recursive: true });
      await writeFile(path.join(bin, name), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
      return path.join(bin, name);
    };

    it("are used in the pinned version", async () => {
      const helm = await script("helm", `${toolVersion("helm")}+g1234567`);
      const { stdout, code } = await resolveHelm(path.dirname(helm));
      assert.equal(stdout.trim(), helm);
      assert.equal(code, 0);
    });

    for (const other of ["v3.22.10", "v3.2.0", "v13.22.0", "v3.22.0-rc.1", ""])
      it(`are passed over when they say ${other || "nothing"}`, async () => {
        const helm = await script("helm", other);
        process.env.PATH = `${path.dirname(helm)}${path.delimiter}${PATH}`;
        assert.equal(await findOnPath("helm", "v3.22.0", ["version"]), undefined);
      });

    it("are named with the alternative when they are missing and there is no Go", async () => {
      const helm = await script("helm", "v3.0.0");
      const { stderr, code } = await resolveHelm(path.dirname(helm));
      assert.match(stderr, /^MissingTool: helm v3\S+ is not on the PATH, .* install Go, or put/);
      assert.equal(stderr.trim().split("\n").length, 1);
      assert.equal(code, 2);
    });
  });

  /** Asks for Helm with an empty cache, on a PATH with one folder. */
  function resolveHelm(bin: string): Promise<Result> {
    const program = `require("./tools").tool("helm", () => {}).then(
      (path) => console.log(path),
      (error) => { console.error(String(error)); process.exit(2); })`;
    const env = { PATH: bin, XDG_CACHE_HOME: path.join(folder, "cache") };
    return run(process.execPath, ["--import", "tsx", "-e", program], { cwd: root, env });
  }

  describe("that Debian's package manager installed", () => {
    const foundSaying = async (answer: string) => {
      const file = path.join(folder, "browser");
      await writeFile(file, `#!/bin/sh\necho 'Browser ${answer} of Debian'\n`, { mode: 0o755 });
      return debianTool({ file, packages: [], version: "15.18" }).find();
    };
    for (const later of ["15.18", "15.19", "15.18.3", "16.0"])
      it(`are used as ${later} where 15.18 is pinned`, async () => {
        assert.equal(await foundSaying(later), path.join(folder, "browser"));
      });
    for (const other of ["15.9", "14.30", "nothing"])
      it(`are not as ${other}`, async () => {
        assert.equal(await foundSaying(other), undefined);
      });
  });

  it("of real nodes are neither built nor missed on another platform than Linux", async () => {
    const program = `Object.defineProperty(process, "platform", { value: "darwin" });
      const { tool, toolNamesHere } = require("./tools");
      console.log(toolNamesHere.join());
      tool("kubelet").catch((error) => console.log(String(error)));`;
    const { stdout } = await run(process.execPath, ["--import", "tsx", "-e", program], {
      cwd: root,
    });
    const [here, error] = stdout.split("\n");
    assert.deepEqual(
      here!.split(","),
      toolNames.filter((name) => !nodeTools.includes(name)),
    );
    assert.match(error!, /^MissingTool: kubelet runs on Linux only/);
  });

  it("of a node's tree run with the tree's own libraries", async function () {
    await needTools(this, ["runc"]);
    const tree = await nodeTree();
    const env = { LD_LIBRARY_PATH: path.join(tree, "usr/lib/x86_64-linux-gnu") };
    const says = async (name: string) => {
      const { stdout, stderr } = await run(path.join(tree, name), ["--version"], { env });
      return stdout + stderr;
    };
    assert.equal(await tool("runc"), path.join(tree, "usr/sbin/runc"));
    assert.match(await says("usr/sbin/runc"), /runc version 1\.1\.5/);
    assert.match(await says("usr/sbin/iptables"), /iptables v1\.8\.9 \(nf_tables\)/);
    assert.match(await says("usr/sbin/nft"), /nftables v1\.0\.6/);
  });

  it("are published whole or not at all", async () => {
    const destination = path.join(folder, "helm");
    const broken = publish(destination, async (into) => {
      await writeFile(path.join(into, "helm"), "half");
      throw new Error("no space left");
    });
    await assert.rejects(broken, /no space left/);
    assert.deepEqual(await readdir(folder), []);
    await Promise.all(
      ["first", "second"].map((text) =>
        publish(destination, (into) => writeFile(path.join(into, "helm"), text)),
      ),
    );
    assert.deepEqual(await readdir(folder), ["helm"]);
    assert.match(await readFile(path.join(destination, "helm"), "utf8"), /^(first|second)$/);
  });

  it("leave nothing of an installation that was killed once the next one runs", async () => {
    const destination = path.join(folder, "helm");
    await mkdir(`${destination}.partial-abc`);
    await mkdir(path.join(folder, "helmfile.partial-abc"));
    await removePartial(destination);
    assert.deepEqual(await readdir(folder), ["helmfile.partial-abc"]);
  });

  it("are installed by one process at a time", async () => {
    const lock = path.join(folder, "helm.lock");
    const steps: string[] = [];
    const told: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} starts`);
      await delay(50);
      steps.push(`${name} ends`);
    };
    await Promise.all([
      withLock(lock, (line) => told.push(line), work("one")),
      withLock(lock, (line) => told.push(line), work("two")),
    ]);
    assert.deepEqual(
      steps.map((step) => step.split(" ")[1]),
      ["starts", "ends", "starts", "ends"],
    );
    assert.equal(told.length, 1);
    assert.match(told[0]!, /^waiting for process \d+/);
    await assert.rejects(access(lock));
  });

  it("take over the lock of a process that was killed", async () => {
    const lock = path.join(folder, "helm.lock");
    const dead = spawn(process.execPath, ["-e", ""]);
    const { pid } = await dead.nodeChildProcess;
    await dead;
    await writeFile(lock, String(pid));
    assert.equal(await withLock(lock, assert.fail, async () => "done"), "done");
  });
});
