import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { output } from "../../lib/processes";
import { withImages } from "../../mirror/image-digests";
import { EksAndSts } from "../../rehearsal/aws/eks-and-sts";
import { Ecr } from "../../rehearsal/aws/ecr";
import { tool } from "../../tools";
import { StandIns } from "../recovery/support/stand-ins";
import { command, ownCheckout, stackTrace } from "../support/command";
import { needTools } from "../support/need-tools";

const host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

/** Archives as `docker save` makes them, a registry as ECR's, a stand-in of cosign, and the command between them. */
describe("npm run images", function () {
  this.timeout(120_000);
  const checkout = ownCheckout();
  let folder: string;
  let aws: EksAndSts;
  let ecr: Ecr;
  let cosign: StandIns;

  before(async function () {
    await needTools(this, ["crane"]);
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-images-"));
    aws = await EksAndSts.start(() => "absent");
    const hasRepository = (name: string) => name !== "mini-xdr/frontend";
    ecr = await Ecr.start({ folder: await inside("ecr"), hosts: [host], hasRepository });
  });
  after(async () => {
    await ecr?.stop();
    await aws?.stop();
    if (folder) await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    cosign = await StandIns.make({ cosign: [] });
  });

  async function inside(name: string): Promise<string> {
    const made = path.join(folder, name);
    await mkdir(made);
    return made;
  }

  /** A folder with an archive of an image that holds a file with this text. */
  async function archives(text: string, name = "backend"): Promise<string> {
    const own = await mkdtemp(path.join(folder, "archives-"));
    await writeFile(path.join(own, "content"), text);
    const layer = path.join(own, "layer");
    await output("tar", ["--create", "--file", layer, "--directory", own, "content"]);
    const archive = path.join(own, `${name}.tar`);
    const tag = `mini-xdr/${name}:scanned`;
    const append = ["append", "--new_layer", layer, "--new_tag", tag, "--output", archive];
    await output(await tool("crane"), [...append, "--oci-empty-base"]);
    return own;
  }

  async function images(from: string, ...more: string[]) {
    const args = ["--stack", "prod", "--archives", from, "--tag", "c0ffee", ...more];
    const env: NodeJS.ProcessEnv = {
      ...aws.environment,
      ...ecr.environment,
      AWS_ACCESS_KEY_ID: "stand-in",
      AWS_SECRET_ACCESS_KEY: "stand-in",
    };
    env.PATH = `${cosign.bin}:${env.PATH ?? process.env.PATH}`;
    const result = await command("images", args, { cwd: checkout(), env });
    assert.doesNotMatch(result.stdout + result.stderr, stackTrace);
    return result;
  }

  const settings = (stack: string) =>
    readFile(path.join(checkout(), `Pulumi.${stack}.yaml`), "utf8");
  const digestAt = async (where: string) =>
    (await output(await tool("crane"), ["digest", `${ecr.artifacts.host}/${where}`])).trim();

  it("pushes, signs what the registry has, and writes its digest into this stack's settings", async () => {
    const [prod, staging] = [await settings("prod"), await settings("staging")];
    const from = await archives("first");
    const { code, stderr, stdout } = await images(from, "--sign");
    assert.equal(code, 0, stderr + stdout);
    const digest = await digestAt("mini-xdr/backend:c0ffee");
    const signed = (await cosign.calls("cosign")).map(({ args }) => args);
    assert.deepEqual(signed, [`sign --yes ${host}/mini-xdr/backend@${digest}`]);
    const before = "    backend: 1.0.0\n";
    assert.equal(await settings("prod"), prod.replace(before, `    backend: c0ffee@${digest}\n`));
    assert.equal(await settings("staging"), staging);

    const again = await images(from);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(await digestAt("mini-xdr/backend:c0ffee"), digest);
  });

  it("never gives a tag to another image", async () => {
    const before = await settings("prod");
    const { code, stderr } = await images(await archives("second"));
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: .*\/mini-xdr\/backend:c0ffee is sha256:\w+ already; the archive is/,
    );
    assert.equal(await settings("prod"), before);
  });

  it("says which repository there is none of, and which archives", async () => {
    const absent = await images(await archives("first", "frontend"));
    assert.equal(absent.code, 1);
    assert.match(absent.stderr, /^error: .*\/mini-xdr\/frontend: there is no such repository$/m);
    const empty = await images(await inside("empty"));
    assert.equal(empty.code, 2);
    assert.match(empty.stderr, /^error: --archives: .*: no NAME\.tar is in it$/m);
  });
});

describe("images in a stack's settings", () => {
  const settings = [
    "config:",
    "  # backend: not here",
    "  mini-xdr:images:",
    "    # built by images.yml",
    "    backend: 1.0.0",
    "    frontend: 1.0.0",
    "  mini-xdr:backend:",
    "    backend: 3",
    "",
  ].join("\n");

  it("are written where they are, and nothing else is", () => {
    const lines = withImages(settings, { frontend: "2@sha256:f", backend: "2@sha256:b" });
    const expected = settings
      .replace("    backend: 1.0.0", "    backend: 2@sha256:b")
      .replace("frontend: 1.0.0", "frontend: 2@sha256:f");
    assert.equal(lines, expected);
  });

  for (const [name, text] of [
    ["backup", settings],
    ["backend", settings.replace("mini-xdr:images", "mini-xdr:others")],
  ] as const)
    it(`are refused where there is no line for ${name}`, () =>
      assert.throws(
        () => withImages(text, { [name]: "2" }),
        new RegExp(`mini-xdr:images\\.${name}: the settings have no line for it`),
      ));
});
