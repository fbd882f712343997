import assert from "node:assert/strict";
import path from "node:path";
import { PinsFile } from "../../mirror/pins-file";
import { undeclaredImage } from "../../policies/declared/images";
import { undeclaredChart } from "../../policies/declared/upstream-charts";
import { remoteCharts } from "../../policies/remote-charts/remote-charts";
import { chartOf, charts, images, unmirrored, type Pins } from "../../upstream/upstream";
import { ofType, plannedStack, root } from "../support/planned";

const host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const one = `sha256:${"1".repeat(64)}`;
const other = `sha256:${"2".repeat(64)}`;

describe("what others publish", () => {
  it("is pinned in a file that the mirror can read and write", async () => {
    const { pins } = await PinsFile.read(path.join(root, "upstream/pins.json"));
    assert.deepEqual(pins, { charts, images });
  });

  it("is in the versions whose values the pack has a map of", () => {
    const mapped = Object.fromEntries(remoteCharts.map(({ chart, version }) => [chart, version]));
    const pinned = Object.entries(charts).map(([name, { version }]) => [name, version]);
    assert.deepEqual(mapped, Object.fromEntries(pinned));
  });

  it("is what releases name, and all of it; nothing of theirs is from anywhere else", async () => {
    for (const stack of ["prod", "staging"]) {
      const releases = ofType(await plannedStack(stack), "kubernetes:helm.sh/v3:Release");
      const text = JSON.stringify(releases.map(({ inputs }) => [inputs.chart, inputs.values]));
      for (const name of Object.keys(charts)) assert.ok(text.includes(`/mini-xdr/charts/${name}`));
      for (const [name, { source }] of Object.entries(images)) {
        assert.match(text, new RegExp(`[/"]mini-xdr/${name}"`), name);
        assert.ok(!text.includes(source.split("/")[0]!), source);
      }
    }
  });

  it("is known by the reference of its copy, and by no other", () => {
    assert.equal(chartOf(`oci://${host}/mini-xdr/charts/metrics-server`), "metrics-server");
    assert.equal(chartOf(`oci://${host}/mini-xdr/charts/metrics-server@${one}`), "metrics-server");
    for (const strange of [
      "metrics-server",
      "./charts/pgbouncer",
      `oci://${host}/charts/metrics-server`,
      `oci://${host}/mini-xdr/charts/metrics-server:3.13.0`,
      `oci://${host}/mini-xdr/charts/metrics-server@sha256:1`,
      undefined,
    ])
      assert.equal(chartOf(strange), undefined, String(strange));
  });

  it("has no digest until it is mirrored, which the preview names", () => {
    const pins: Pins = {
      charts: {
        a: { ...charts["metrics-server"], digest: one },
        b: { ...charts["metrics-server"], digest: "" },
      },
      images: { c: { ...images.grafana, digest: "" }, d: { ...images.grafana, digest: one } },
    };
    assert.deepEqual(unmirrored(pins), ["charts/b", "c"]);
  });
});

describe("the pack, of a chart or an image that", () => {
  const pinned = { grafana: { ...images.grafana, digest: one } };
  const image = `${host}/mini-xdr/grafana:${images.grafana.tag}`;
  const open = { grafana: { ...images.grafana, digest: "" } };
  const chart = `oci://${host}/mini-xdr/charts/metrics-server`;
  const { version } = charts["metrics-server"];
  const pinnedChart = { "metrics-server": { ...charts["metrics-server"], digest: one } };
  const openChart = { "metrics-server": { ...charts["metrics-server"], digest: "" } };

  it("has been mirrored, takes its digest alone", () => {
    assert.equal(undeclaredImage(`${image}@${one}`, pinned), undefined);
    assert.match(undeclaredImage(`${image}@${other}`, pinned)!, /upstream\/pins\.json has .*1111/);
    assert.match(undeclaredImage(image, pinned)!, /upstream\/pins\.json has/);
    assert.equal(undeclaredChart(`${chart}@${one}`, version, pinnedChart), undefined);
    assert.match(
      undeclaredChart(`${chart}@${other}`, version, pinnedChart)!,
      /has 3\.13\.0 sha256:1/,
    );
    assert.match(undeclaredChart(chart, version, pinnedChart)!, /has 3\.13\.0 sha256:1/);
  });

  it("has never been mirrored, takes any digest: the first one is nobody's to know", () => {
    for (const suffix of ["", `@${one}`]) {
      assert.equal(undeclaredImage(image + suffix, open), undefined);
      assert.equal(undeclaredChart(chart + suffix, version, openChart), undefined);
    }
  });

  it("is of another version, registry or name, takes none", () => {
    assert.notEqual(undeclaredImage(`${host}/mini-xdr/grafana:13.1.0`, open), undefined);
    assert.notEqual(undeclaredImage("docker.io/grafana/grafana:13.2.0", open), undefined);
    assert.notEqual(undeclaredImage(`${host}/mini-xdr/gitea:13.2.0`, open), undefined);
    assert.notEqual(undeclaredImage(`${host}/mini-xdr/constructor:1`, open), undefined);
    assert.notEqual(undeclaredChart(chart, "3.12.0", openChart), undefined);
    assert.notEqual(undeclaredChart(chart.replace(host, "ghcr.io"), version, openChart), undefined);
    assert.notEqual(undeclaredChart(`${chart}-2`, version, openChart), undefined);
  });

  it("is a pooler that does not drain, takes none even if it is pinned", () => {
    const old = { pgbouncer: { ...images.pgbouncer, tag: "1.24.1" } };
    assert.match(undeclaredImage(`${host}/mini-xdr/pgbouncer:1.24.1`, old)!, /does not drain/);
  });
});
