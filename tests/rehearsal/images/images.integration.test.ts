import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { run } from "../../../lib/processes";
import { imageArchive, imageTools, type Image } from "../../../rehearsal/images";
import { base } from "../../../rehearsal/images/base";
import { buildByDockerfile } from "../../../rehearsal/images/dockerfile-image";
import { needTools, skipLoudly } from "../../support/need-tools";
import { root } from "../../support/planned";
import { unpacked } from "./unpacked";

const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/mini-xdr";

describe("the images", function () {
  this.timeout(900_000);
  let folder: string;

  before(async function () {
    if (process.getuid?.() !== 0) skipLoudly(this, "images are built as root only");
    await needTools(this, imageTools);
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-images-test-"));
  });

  after(() => folder && rm(folder, { recursive: true, force: true }));

  /** Runs a program in the image's file system, as its pod does, and returns what it prints. */
  async function runIn(image: Image, user: string, command: string[]): Promise<string> {
    const { files } = await unpacked(image, folder);
    const { code, stdout, stderr } = await run("chroot", [`--userspec=${user}`, files, ...command]);
    assert.equal(code, 0, stderr);
    return stdout + stderr;
  }

  // The frontend's, because it is built in the shortest time; all of ours are built the same way.
  it("of the frontend is the same when it is built again", async () => {
    const image = await imageArchive(`${registry}/frontend:1.0.0`);
    const again = await imageArchive(`${registry}/frontend:1.0.0`);
    assert.deepEqual(again, image);
    const work = path.join(folder, "work");
    await mkdir(work);
    const second = path.join(folder, "second.tar");
    const context = path.join(root, "images/frontend");
    const under = await base(() => {});
    const { reference } = image;
    const digest = await buildByDockerfile(reference, context, under, second, work, () => {});
    assert.equal(digest, image.digest);
    await rm(work, { recursive: true });
  });

  it("of the backup starts as its user, with PostgreSQL's programs", async () => {
    const image = await imageArchive(`${registry}/backup:1.0.0`);
    const help = await runIn(image, "10001:10001", ["node", "/app/backup.cjs", "--help"]);
    assert.match(help, /^Usage: backup/);
    const tools = "PATH=/usr/lib/postgresql/15/bin:$PATH; pg_dump --version && initdb --version";
    assert.match(await runIn(image, "10001:10001", ["sh", "-c", tools]), /PostgreSQL.* 15\./);
    const keys = "! grep -rlE -e '-BEGIN .*PRIVATE KEY' /etc /var /app";
    assert.equal(await runIn(image, "0:0", ["sh", "-c", keys]), "");
  });

  it("of PgBouncer has the programs that its pod runs", async () => {
    const image = await imageArchive(`${registry}/pgbouncer:1.25.2`);
    // The sidecar's script needs the shell's usual tools, too.
    const script =
      "pgbouncer --version && pg_isready --version && psql --version && which awk getent";
    const said = await runIn(image, "998:996", ["/bin/sh", "-c", script]);
    assert.match(said, /^PgBouncer \d.*\n[^]*pg_isready[^]*psql/);
  });

  it("of a Go program is that program alone", async () => {
    const image = await imageArchive(`${registry}/pgbouncer-exporter:v0.12.1`);
    const said = await runIn(image, "65534:65534", ["/pgbouncer-exporter", "--version"]);
    assert.match(said, /version v0\.12\.1/);
  });
});
