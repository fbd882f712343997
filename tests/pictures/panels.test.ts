import assert from "node:assert/strict";
import { nameOf } from "../../pictures/answers";
import { dashboardNames, readDashboard } from "../../pictures/dashboard";
import { colourOf } from "../../pictures/page/colours";
import { isKnownUnit, written } from "../../pictures/page/units";
import { root } from "../support/planned";

describe("the dashboards that pictures draw", () => {
  it("are those of the chart", () => {
    assert.deepEqual(dashboardNames(root).sort(), [
      ...["backups", "budget", "cluster", "database", "service"],
    ]);
  });

  for (const name of dashboardNames(root))
    it(`${name}: every panel is read whole, in a unit that can be written`, () => {
      const { title, description, panels } = readDashboard(root, name);
      assert.ok(title && description && panels.length > 10);
      for (const panel of panels.filter(({ kind }) => kind !== "row")) {
        assert.ok(panel.description && panel.queries.length > 0, panel.title);
        assert.ok(
          panel.queries.every(({ expr, legend }) => expr && legend),
          panel.title,
        );
        assert.ok(isKnownUnit(panel.unit), panel.unit);
        assert.equal(panel.columns.length > 0, panel.kind === "table", panel.title);
        assert.equal(panel.queries[0]!.instant, panel.kind === "table", panel.title);
      }
    });

  it("have lines at their limits, in charts alone", () => {
    const panels = dashboardNames(root).flatMap((name) => readDashboard(root, name).panels);
    for (const { kind, lines, steps, title } of panels)
      assert.equal(lines, kind === "timeseries" && steps.length > 1, title);
  });
});

describe("what a picture writes", () => {
  const figures: [value: number | null, unit: string, text: string][] = [
    [0.0278, "percentunit", "2.78 %"],
    [0.99954, "percentunit", "99.954 %"],
    [1, "percentunit", "100 %"],
    [-0.5, "percentunit", "-50 %"],
    [0.0004, "s", "400 µs"],
    [0.25, "s", "250 ms"],
    [0, "s", "0 s"],
    [90, "s", "90 s"],
    [7 * 86_400, "s", "7 days"],
    [Infinity, "s", "∞"],
    [1536, "bytes", "1.5 KiB"],
    [12_345, "short", "12.3 K"],
    [72, "reqps", "72 req/s"],
    [null, "short", "–"],
  ];
  for (const [value, unit, text] of figures)
    it(`${value} in ${unit} as ${text}`, () => assert.equal(written(value, unit), text));

  it("a series' name as its legend has it", () => {
    assert.equal(nameOf("{{a}}/{{ b }} {{c}}", { a: "1", b: "2" }), "1/2 ");
  });

  it("in the colour of the last limit that is reached", () => {
    const steps = [
      { value: null, color: "green" },
      { value: 5, color: "red" },
    ];
    const [good, bad] = [colourOf(4.9, steps), colourOf(5, steps)];
    assert.notEqual(good, bad);
    assert.equal(colourOf(Infinity, steps), bad);
    assert.equal(colourOf(null, steps), good);
  });
});
