import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ends } from "../../lib/ends";
import { LocalServer } from "../../lib/http-server";
import { dashboardNames } from "../../pictures/dashboard";
import { Prometheus } from "../observability/slo/prometheus";
import { command, stackTrace } from "../support/command";
import { root } from "../support/planned";
import { needTools } from "../support/need-tools";
import { openMetrics, world } from "./world";

describe("npm run dashboards, before a real Prometheus with an invented hour", function () {
  this.timeout(120_000);
  let folder: string;
  let prometheus: Prometheus;
  let empty: Prometheus;

  before(async function () {
    await needTools(this, ["prometheus", "promtool", "chromium"]);
    folder = await mkdtemp(join(tmpdir(), "mini-xdr-pictures-"));
    const settings = { rules: [], jobs: {}, target: "", scrapeSeconds: 30, lookbackSeconds: 300 };
    prometheus = await Prometheus.start({ ...settings, past: openMetrics(world(), 60) });
    empty = await Prometheus.start({
      ...settings,
      past: openMetrics(new Map([["other", () => 1]]), 1),
    });
  });

  after(async () => {
    await prometheus?.stop();
    await empty?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  const dashboards = async (...args: string[]) => {
    const result = await command("dashboards", args);
    assert.doesNotMatch(result.stderr, stackTrace);
    return result;
  };

  it("draws all of them: each query finds the series that it is meant for", async () => {
    const out = join(folder, "new", "pictures");
    const { code, stdout, stderr } = await dashboards("--prometheus", prometheus.url, "--out", out);
    assert.equal(code, ends.done, stderr);
    const files = dashboardNames(root).map((name) => `${name}.png`);
    assert.deepEqual((await readdir(out)).sort(), files.sort());
    for (const name of files) {
      const [, found, all] = new RegExp(`${name}: (\\d+) of (\\d+) panels have data`).exec(stdout)!;
      assert.equal(found, all, stdout);
      const [width, height] = sizeOf(await readFile(join(out, name)));
      assert.equal(width, 1600);
      assert.ok(height! >= 900, String(height));
    }
  });

  it("draws those that are named, and says which panels have no data in this time", async () => {
    const { code, stdout, stderr } = await dashboards(
      ...["--prometheus", empty.url, "--out", folder, "--dashboard", "database", "service"],
    );
    assert.equal(code, ends.done, stderr);
    assert.match(stdout, /database\.png: 0 of 19 panels have data/);
    assert.match(stdout, /service\.png: 0 of 17 panels have data/);
    assert.match(stdout, /^ {2}no data: Requests$/m);
    assert.doesNotMatch(stdout, /cluster/);
  });

  it("draws what another one has left, up to its last moment", async () => {
    const data = join(prometheus.folder, "data");
    const { code, stdout, stderr } = await dashboards(
      ...["--data", data, "--out", folder, "--dashboard", "budget"],
    );
    assert.equal(code, ends.done, stderr);
    const [, found, all] = /budget\.png: (\d+) of (\d+) panels have data/.exec(stdout)!;
    assert.equal(found, all, stdout);
  });

  const wrong: [title: string, args: () => string[], says: RegExp, code: number][] = [
    [
      "no Prometheus",
      () => [],
      /^error: name a Prometheus: --prometheus URL or --data FOLDER\n$/,
      ends.usage,
    ],
    [
      "two of them",
      () => ["--prometheus", prometheus.url, "--data", folder],
      /'--data <folder>' cannot be used with option '--prometheus <url>'/,
      ends.usage,
    ],
    [
      "a folder without a Prometheus's data",
      () => ["--data", folder],
      /^error: --data: .* has no data of a Prometheus: no wal is in it\n$/,
      ends.usage,
    ],
    [
      "an address that is none",
      () => ["--prometheus", "here"],
      /^error: --prometheus: "here" is no address; allowed: such as http:\/\/127\.0\.0\.1:9090\n$/,
      ends.usage,
    ],
    [
      "a dashboard that there is not",
      () => ["--prometheus", prometheus.url, "--dashboard", "sales"],
      /'sales' is invalid\. Allowed choices are backups, budget, /,
      ends.usage,
    ],
    [
      "no time",
      () => ["--prometheus", prometheus.url, "--minutes", "soon"],
      /'soon' is invalid\. allowed: a whole number from 1/,
      ends.usage,
    ],
    [
      "a folder that is a file",
      () => ["--prometheus", prometheus.url, "--out", join(folder, "file")],
      /^error: --out: .*: name a folder\n$/,
      ends.usage,
    ],
  ];
  for (const [title, args, says, expected] of wrong)
    it(`${title}: one clear message`, async () => {
      await writeFile(join(folder, "file"), "");
      const { code, stdout, stderr } = await dashboards(...args());
      assert.match(`${stderr}\n`, says);
      assert.equal(stdout, "");
      assert.equal(code, expected);
    });

  it("nobody at the address: says so, and how to reach the cluster's", async () => {
    const gone = await LocalServer.start(() => {});
    await gone.stop();
    const { code, stderr } = await dashboards("--prometheus", gone.url);
    assert.match(stderr, /no Prometheus answers there \(ECONNREFUSED\); .*kubectl .*port-forward/);
    assert.equal(code, ends.broken);
  });

  it("something else at the address: the same", async () => {
    const other = await LocalServer.start((_, response) => void response.end("<html>"));
    const { code, stderr } = await dashboards("--prometheus", other.url);
    await other.stop();
    assert.match(stderr, /no Prometheus answers there/);
    assert.equal(code, ends.broken);
  });
});

/** Width and height of a PNG, from its header. */
function sizeOf(png: Buffer): number[] {
  assert.equal(png.toString("latin1", 1, 4), "PNG");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}
