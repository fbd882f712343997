import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import { dashboardFiles, dashboards } from "../../../observability/dashboards";
import { alertNamed, limitOf } from "../../../observability/dashboards/limits";
import { partsOf } from "../../support/promql";
import { root } from "../../support/planned";
import { panelQueries } from "../queries";

const panelsOf = (dashboard: (typeof dashboards)[number]) =>
  dashboard.panels!.filter((panel) => panel.type !== "row") as Panel[];

describe("the dashboards", () => {
  it("have addresses of their own, and titles", () => {
    for (const key of ["uid", "title"] as const)
      assert.equal(new Set(dashboards.map((each) => each[key])).size, dashboards.length);
    for (const { uid } of dashboards) assert.match(uid!, /^minixdr-[a-z]+$/);
  });

  for (const dashboard of dashboards) {
    const panels = panelsOf(dashboard);

    it(`${dashboard.uid}: panels have numbers and titles of their own in their row`, () => {
      const ids = dashboard.panels!.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      const places = panels.map(({ title, gridPos }) => `${title} ${gridPos!.x} ${gridPos!.y}`);
      assert.equal(new Set(places).size, places.length);
    });

    it(`${dashboard.uid}: each panel says in one sentence what it means, and asks something`, () => {
      assert.match(dashboard.description!, /^[A-Z][^\n]+[.?]$/);
      for (const { title, description, targets } of panels) {
        assert.match(description!, /^[A-Z0-9][^\n]{10,118}\.$/, title);
        assert.ok(targets!.length > 0, title);
      }
    });

    it(`${dashboard.uid}: panels fill the width, none lies on another`, () => {
      const taken = new Set<string>();
      for (const { title, gridPos } of panels) {
        const { x, y, w, h } = gridPos!;
        for (let column = x; column < x + w; column++)
          for (let line = y; line < y + h; line++) {
            assert.ok(column < 24 && !taken.has(`${column} ${line}`), title);
            taken.add(`${column} ${line}`);
          }
      }
      const lines = [...taken].map((place) => place.split(" ")[1]);
      for (const line of new Set(lines))
        assert.equal(lines.filter((other) => other === line).length, 24, `line ${line}`);
    });

    it(`${dashboard.uid}: asks the data source that is chosen`, () => {
      const variables = dashboard.templating!.list!.map(({ name }) => name);
      assert.deepEqual(variables, ["datasource"]);
      for (const { datasource, targets } of panels)
        for (const asked of [
          datasource,
          ...targets!.map((target) => (target as Dataquery).datasource),
        ])
          assert.deepEqual(asked, { type: "prometheus", uid: "${datasource}" });
    });

    it(`${dashboard.uid}: leads to the runbooks, which exist`, () => {
      const urls = dashboard.links!.flatMap(({ url }) => url ?? []);
      assert.equal(urls.length, 1);
      for (const url of urls) assert.ok(existsSync(join(root, url)), url);
    });
  }

  it("ask in PromQL", () => {
    assert.ok(panelQueries.length > 60);
    for (const { by, expr } of panelQueries) assert.ok(partsOf(expr).length > 1, by);
  });

  it("are what they are in their files", () => {
    for (const dashboard of dashboards) {
      const text = dashboardFiles().get(`${dashboard.uid!.replace("minixdr-", "")}.json`)!;
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(dashboard)));
    }
  });

  it("are all in the page that says when to open which", () => {
    const page = readFileSync(join(root, "docs/dashboards.md"), "utf8");
    for (const { title, uid } of dashboards) {
      assert.ok(page.includes(`## ${title!.replace("mini-xdr / ", "")}`), title);
      assert.ok(page.includes(`pictures/dashboards/${uid!.replace("minixdr-", "")}.png`), uid);
    }
  });
});

describe("the limits that colour panels", () => {
  it("are those of the alerts", () => {
    assert.deepEqual(limitOf("HighErrorRate", 1), { at: 0.05, bad: "above", severity: "critical" });
    assert.deepEqual(limitOf("LowCacheHitRate"), { at: 0.8, bad: "below", severity: "warning" });
    assert.deepEqual(limitOf("DatabasePoolExhausted", 0).at, 0.9);
    assert.equal(limitOf("CertificateExpiring").at, 30 * 86_400);
  });

  it("are refused where an alert is none or compares with no number", () => {
    assert.throws(() => alertNamed("Nobody"), /no alert Nobody/);
    assert.throws(() => limitOf("Watchdog"), /compares with no number/);
  });
});
