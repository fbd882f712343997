import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { output, run, start } from "../../lib/processes";
import { registryLogin } from "../../lib/registry-login";
import type { Report } from "../../lib/report";
import { digestOf } from "../../mirror/archive";
import { Artifacts } from "../../mirror/artifacts";
import { EksAndSts } from "../../rehearsal/aws/eks-and-sts";
import { Ecr } from "../../rehearsal/aws/ecr";
import { tool } from "../../tools";
import type { Pins } from "../../upstream/upstream";
import { command, ownCheckout, stackTrace } from "../support/command";
import { needTools } from "../support/need-tools";
import { ChartRepository } from "./publishers";

const account = "123456789012";
const host = `${account}.dkr.ecr.eu-central-1.amazonaws.com`;
const recoveryHost = `${account}.dkr.ecr.eu-west-1.amazonaws.com`;
const all = ["mini-xdr/charts/first", "mini-xdr/charts/second", "mini-xdr/tool"];

/** Publishers with two charts and an image, a registry as ECR's, and the command between them. */
describe("npm run mirror", function () {
  this.timeout(120_000);
  const checkout = ownCheckout();
  let folder: string;
  let publishers: Artifacts;
  let charts: ChartRepository;
  let aws: EksAndSts;
  let ecr: Ecr;
  let repositories: string[];
  let pins: Pins;
  let asked: (file: string) => void;
  let count = 0;

  before(async function () {
    await needTools(this, ["helm", "crane"]);
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-mirror-"));
    const archives = await Promise.all(["first", "second"].map((name) => chart(name)));
    charts = await ChartRepository.start(archives, path.join(folder, "charts"), (file) =>
      asked(file),
    );
    publishers = await Artifacts.start();
    await image(`${publishers.host}/others/tool`);
    aws = await EksAndSts.start(() => "absent");
  });
  after(async () => {
    await charts?.stop();
    await publishers?.stop();
    await aws?.stop();
    if (folder) await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    repositories = [...all];
    asked = () => {};
    const inside = path.join(folder, `ecr-${count++}`);
    await mkdir(inside);
    const hasRepository = (name: string) => repositories.includes(name);
    ecr = await Ecr.start({ folder: inside, hosts: [host, recoveryHost], hasRepository });
    const chartPin = async (name: string) => ({
      version: "1.0.0",
      repository: charts.url,
      archive: await digestOf(charts.file(`${name}-1.0.0.tgz`)),
      digest: "",
    });
    pins = {
      charts: { first: await chartPin("first"), second: await chartPin("second") },
      images: { tool: { source: `${publishers.host}/others/tool`, tag: "v1", digest: "" } },
    };
    await write(pins);
  });
  afterEach(() => ecr.stop());

  const pinsFile = () => path.join(checkout(), "upstream/pins.json");
  const write = (value: unknown) => writeFile(pinsFile(), JSON.stringify(value));
  const written = async () => JSON.parse(await readFile(pinsFile(), "utf8")) as Pins;
  const digestAt = async (where: string) =>
    (await output(await tool("crane"), ["digest", `${ecr.artifacts.host}/${where}`])).trim();

  const environment = () => ({
    ...aws.environment,
    ...ecr.environment,
    AWS_ACCESS_KEY_ID: "stand-in",
    AWS_SECRET_ACCESS_KEY: "stand-in",
  });

  async function mirror(args: string[] = []) {
    const file = path.join(folder, "report.json");
    const options = { cwd: checkout(), env: environment() };
    const all = ["--stack", "prod", "--json", file, ...args];
    const result = await command("mirror", all, options);
    assert.doesNotMatch(result.stdout + result.stderr, stackTrace);
    assert.doesNotMatch(result.stdout + result.stderr, /stand-in-token/);
    const claims = async () => (JSON.parse(await readFile(file, "utf8")) as Report).claims;
    return { ...result, claims };
  }

  /** The same until a file is asked for; then the user stops it. */
  async function interrupted(when: string) {
    const args = ["commands/run.cjs", "mirror", "--stack", "prod"];
    const child = await start(process.execPath, args, {
      cwd: checkout(),
      env: environment(),
      stdio: ["ignore", "ignore", "pipe"],
    });
    asked = (file) => file === when && child.kill("SIGINT");
    const said = text(child.stderr!);
    const [code] = (await once(child, "exit")) as [number | null];
    return { code, stderr: await said };
  }

  it("copies by digest, pins what was not known, and has nothing to do the second time", async () => {
    const first = await mirror();
    assert.equal(first.code, 0, first.stderr + first.stdout);
    const now = await written();
    for (const name of ["first", "second"])
      assert.equal(await digestAt(`mini-xdr/charts/${name}:1.0.0`), now.charts[name]!.digest);
    const published = await output(await tool("crane"), [
      "digest",
      pins.images.tool!.source + ":v1",
    ]);
    assert.equal(now.images.tool!.digest, published.trim());
    assert.equal(await digestAt(`mini-xdr/tool@${published.trim()}`), published.trim());
    assert.match(first.stdout, /charts\/first:1\.0\.0 is there by sha256:[0-9a-f]{64}, copied now/);
    assert.deepEqual([...ecr.refused], [], "no other host was asked");

    const before = await readFile(pinsFile(), "utf8");
    asked = (file) => assert.fail(`${file} was asked for again`);
    const second = await mirror();
    assert.equal(second.code, 0, second.stderr);
    assert.doesNotMatch(second.stdout, /copied now/);
    assert.equal(await readFile(pinsFile(), "utf8"), before);
    const away = (await second.claims()).find(({ id }) => id === "mirror.recovery-region");
    assert.equal(away!.value, 0);
  });

  it("makes the same artifact of the same archive, wherever and whenever", async () => {
    const again = await Artifacts.start();
    const archive = charts.file("first-1.0.0.tgz");
    try {
      const one = await again.chart(archive, "first");
      const other = await ecr.artifacts.chart(archive, "first");
      assert.equal(one.digest, other.digest);
    } finally {
      await again.stop();
    }
  });

  it("only looks with --dry-run", async () => {
    const { code, stdout } = await mirror(["--dry-run"]);
    assert.equal(code, 0);
    for (const name of ["charts/first:1.0.0", "charts/second:1.0.0", "tool:v1"])
      assert.ok(stdout.includes(`${name} would be copied`), stdout);
    assert.deepEqual(await written(), pins);
    await assert.rejects(digestAt("mini-xdr/tool:v1"));
  });

  it("refuses an archive that is not the pinned one, and copies the rest", async () => {
    const archive = charts.file("first-1.0.0.tgz");
    const whole = await readFile(archive);
    // Still a chart for Helm, with other bytes at its end.
    await appendFile(archive, "corrupted");
    try {
      const { code, stdout } = await mirror();
      assert.equal(code, 1, stdout);
      assert.match(stdout, /charts\/first:1\.0\.0 is not there: .* and not the pinned sha256:/);
      const now = await written();
      assert.equal(now.charts.first!.digest, "");
      assert.match(now.charts.second!.digest, /^sha256:/);
      assert.match(now.images.tool!.digest, /^sha256:/);
      await assert.rejects(digestAt("mini-xdr/charts/first:1.0.0"));
    } finally {
      await writeFile(archive, whole);
    }
  });

  it("goes on where an interrupted run ended", async () => {
    charts.withheld.add("second-1.0.0.tgz");
    const first = await interrupted("second-1.0.0.tgz");
    charts.withheld.clear();
    assert.equal(first.code, 130, first.stderr);
    assert.match(first.stderr, /what was copied stays, and the next run goes on from there/);
    const pinned = (await written()).charts.first!.digest;
    assert.equal(await digestAt("mini-xdr/charts/first:1.0.0"), pinned);

    // As if the run had ended between the copy and the pin.
    await write(pins);
    asked = (file) => assert.notEqual(file, "first-1.0.0.tgz");
    const second = await mirror();
    assert.equal(second.code, 0, second.stderr + second.stdout);
    assert.equal((await written()).charts.first!.digest, pinned);
  });

  it("names every repository that is missing, and does nothing", async () => {
    repositories = ["mini-xdr/charts/second"];
    const { code, stderr } = await mirror();
    assert.equal(code, 2);
    assert.match(
      stderr,
      /has no repository for\n {2}mini-xdr\/charts\/first\n {2}mini-xdr\/tool\n/,
    );
    assert.match(stderr, /npm run up -- --stack prod --target '\*\*mini-xdr:index:Registry\*\*'/);
    assert.deepEqual(await written(), pins);
  });

  it("takes no tag for what it is not", async () => {
    const other = await image(`${ecr.artifacts.host}/mini-xdr/tool`, "other");
    const { code, stdout } = await mirror();
    assert.equal(code, 1);
    assert.ok(
      stdout.includes(`its tag holds ${other}, which is not made of what is pinned`),
      stdout,
    );
  });

  it("says when a tag holds another than is pinned, and leaves it", async () => {
    const other = await image(`${ecr.artifacts.host}/mini-xdr/tool`, "other");
    pins.images.tool!.digest = `sha256:${"0".repeat(64)}`;
    await write(pins);
    for (const args of [[], ["--dry-run"]]) {
      const { code, stdout } = await mirror(args);
      assert.equal(code, 1);
      assert.match(stdout, /tool:v1 is not there: its tag holds another than sha256:0000/);
    }
    assert.equal(await digestAt("mini-xdr/tool:v1"), other);
  });

  it("fails on a digest that its publishers do not have", async () => {
    pins.images.tool!.digest = `sha256:${"0".repeat(64)}`;
    await write(pins);
    const { code, stdout } = await mirror();
    assert.equal(code, 1);
    assert.match(stdout, /tool:v1 is not there: crane copy: /);
  });

  it("says everything that is wrong with the list at once", async () => {
    pins.charts.first!.archive = "sha256:short";
    pins.images.tool!.tag = "latest";
    await write(pins);
    const { code, stderr } = await mirror();
    assert.equal(code, 2);
    assert.match(stderr, /^ {2}charts\.first\.archive: sha256: and 64 hexadecimal digits$/m);
    assert.match(stderr, /^ {2}images\.tool\.tag: a tag, never latest$/m);
  });

  it("has the charts where Helm finds them by digest, with AWS's login and not without", async () => {
    assert.equal((await mirror()).code, 0);
    const { digest } = (await written()).charts.first!;
    const reference = `oci://${host}/mini-xdr/charts/first@${digest}`;
    const show = async (env: NodeJS.ProcessEnv) =>
      run(await tool("helm"), ["show", "chart", reference, "--version", "1.0.0"], {
        env: { ...ecr.environment, HELM_CACHE_HOME: folder, HELM_DATA_HOME: folder, ...env },
      });
    const { PULUMI_K8S_HELM_REGISTRY_CONFIG_PATH: HELM_REGISTRY_CONFIG, ...login } = registryLogin(
      ecr.environment,
    );
    const known = await show({ ...login, HELM_REGISTRY_CONFIG });
    assert.match(known.stdout, /^name: first$/m, known.stderr);
    const stranger = await show({ DOCKER_CONFIG: folder, HELM_REGISTRY_CONFIG: `${folder}/none` });
    assert.notEqual(stranger.code, 0);
    assert.match(stranger.stderr, /401|credential|authoriz/i);
  });

  it("is into a registry that gives a tag once, and makes no repository", async () => {
    assert.equal((await mirror()).code, 0);
    const other = await image(`${publishers.host}/others/other`, "other");
    const crane = await tool("crane");
    const env = registryLogin({ ...process.env, ...ecr.environment });
    const push = async (to: string) => {
      const source = `${publishers.host}/others/other@${other}`;
      return run(crane, ["copy", source, `${host}/${to}`], { env: { ...ecr.environment, ...env } });
    };
    assert.match((await push("mini-xdr/tool:v1")).stderr, /TAG_INVALID: .* is immutable/);
    assert.equal((await push("mini-xdr/tool:v2")).code, 0);
    assert.match((await push("mini-xdr/new:v1")).stderr, /NAME_UNKNOWN/);
  });

  it("would be seen to be missing: a chart of the internet, as releases once had it", async () => {
    const args = ["pull", "metrics-server", "--version", "3.13.0"];
    args.push("--repo", "https://kubernetes-sigs.github.io/metrics-server");
    const home = { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
    const { code } = await run(await tool("helm"), args, {
      cwd: folder,
      env: { ...ecr.environment, ...home },
    });
    assert.notEqual(code, 0);
    assert.deepEqual([...ecr.refused], ["kubernetes-sigs.github.io"]);
  });

  /** Packages a small chart. */
  async function chart(name: string): Promise<string> {
    const from = path.join(folder, name);
    await mkdir(path.join(from, "templates"), { recursive: true });
    const about = { apiVersion: "v2", name, version: "1.0.0" };
    await writeFile(path.join(from, "Chart.yaml"), JSON.stringify(about));
    await output(await tool("helm"), ["package", from, "--destination", folder]);
    return path.join(folder, `${name}-1.0.0.tgz`);
  }

  /** Puts an image for two platforms into a repository, as v1, and returns its digest. */
  async function image(repository: string, content = "tool"): Promise<string> {
    const crane = await tool("crane");
    await writeFile(path.join(folder, "content"), content);
    const layer = path.join(folder, "layer.tar");
    await output("tar", ["-C", folder, "-cf", layer, "content"]);
    await output(crane, ["append", "--new_layer", layer, "--new_tag", `${repository}:one`]);
    const both = ["amd64", "arm64"].flatMap((name) => ["--manifest", `${repository}:${name}`]);
    for (const name of ["amd64", "arm64"])
      await output(crane, [
        "mutate",
        `${repository}:one`,
        "--set-platform",
        `linux/${name}`,
        "--tag",
        `${repository}:${name}`,
      ]);
    await output(crane, ["index", "append", ...both, "--tag", `${repository}:v1`]);
    return (await output(crane, ["digest", `${repository}:v1`])).trim();
  }
});
