import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { output } from "../../../lib/processes";
import { archive, writeArchive } from "../../../rehearsal/images/oci";

const sha256 = (data: Buffer) => `sha256:${createHash("sha256").update(data).digest("hex")}`;

describe("an OCI archive", function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-oci-test-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Writes an image of one layer with one file, saved at `time`. */
  const write = async (name: string, text: string, time: number, config = {}) => {
    const content = path.join(folder, name);
    await mkdir(content);
    await writeFile(path.join(content, "file"), text);
    await utimes(path.join(content, "file"), time, time);
    const layer = path.join(folder, `${name}.layer`);
    await archive(content, layer);
    const file = path.join(folder, `${name}.tar`);
    const digest = await writeArchive("registry.example/a:1", [layer], config, file);
    return { file, digest };
  };

  it("has a layout in which every digest is that of its content", async () => {
    const { file, digest } = await write("one", "hello", 1, { Entrypoint: ["/file"] });
    const layout = path.join(folder, "layout");
    await mkdir(layout);
    await output("tar", ["-xf", file, "-C", layout]);
    const json = async (name: string) =>
      JSON.parse(await readFile(path.join(layout, name), "utf8"));
    assert.deepEqual(await json("oci-layout"), { imageLayoutVersion: "1.0.0" });
    const blobs = path.join(layout, "blobs/sha256");
    for (const blob of await readdir(blobs))
      assert.equal(sha256(await readFile(path.join(blobs, blob))), `sha256:${blob}`);
    const blob = (one: string) => json(`blobs/${one.replace(":", "/")}`);
    const [entry] = (await json("index.json")).manifests;
    assert.equal(entry.digest, digest);
    assert.equal(entry.annotations["io.containerd.image.name"], "registry.example/a:1");
    const manifest = await blob(digest);
    const image = await blob(manifest.config.digest);
    assert.deepEqual(image.config, { Entrypoint: ["/file"] });
    assert.deepEqual(image.rootfs.diff_ids, [manifest.layers[0].digest]);
  });

  it("is the same bytes for the same content, whenever it was saved", async () => {
    const one = await write("one", "hello", 1, { User: "1", Cmd: ["a"] });
    const two = await write("two", "hello", 1_000_000, { Cmd: ["a"], User: "1" });
    assert.equal(one.digest, two.digest);
    assert.deepEqual(await readFile(one.file), await readFile(two.file));
  });

  it("is another one for other content or another start", async () => {
    const { digest } = await write("one", "hello", 1);
    assert.notEqual((await write("two", "hallo", 1)).digest, digest);
    assert.notEqual((await write("three", "hello", 1, { User: "1" })).digest, digest);
  });
});
