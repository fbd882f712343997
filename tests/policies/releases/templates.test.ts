import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { hiddenIn } from "../../../policies/releases/templates";
import { root } from "../../support/planned";

describe("what a chart may ask", () => {
  let folder: string;
  const write = (name: string, text: string) => {
    const file = path.join(folder, "chart", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const found = (template: string) => {
    write("templates/one.yaml", template);
    return hiddenIn(folder, "chart").map((problem) => problem.split(" asks for ")[1]);
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "mini-xdr-chart-"));
    write("Chart.yaml", "name: one\n");
    write("values.yaml", "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const chart of [
    "database-backup",
    "database-bootstrap",
    "edge-metrics",
    "mini-xdr",
    "observability",
    "pgbouncer",
  ])
    it(`${chart}: the same whenever and wherever`, () => {
      assert.deepEqual(hiddenIn(root, `charts/${chart}`), []);
    });

  it("values, texts and comments", () => {
    const told = "{{- /* lookup }} */ -}}\n{{ `lookup {{ now }}` | quote }} {{ .Values.now }}";
    assert.deepEqual(found(told), []);
  });

  it("a revision for a name, and nothing that is decided by it", () => {
    assert.deepEqual(found("{{ .Release.Revision }}{{- $.Release.Revision -}}"), []);
    assert.deepEqual(found("{{ if gt .Release.Revision 1 }}{{ end }}"), [".Release.Revision"]);
  });

  const hidden: [title: string, template: string, asks: string][] = [
    ["an upgrade", "{{ if .Release.IsUpgrade }}{{ end }}", ".Release.IsUpgrade"],
    ["the cluster", '{{ lookup "v1" "Namespace" "" "one" }}', "lookup"],
    ["the cluster within brackets", '{{ with (lookup "v1" "A" "" "") }}{{ end }}', "lookup"],
    ["between two texts that look like a comment", '{{ print "/*" (lookup "a") "*/" }}', "lookup"],
    ["a value that is a template", "{{ tpl .Values.a $ }}", "tpl"],
    ["the time", "{{ now | unixEpoch }}", "now"],
    ["chance", "{{ randAlphaNum 5 }}", "randAlphaNum"],
    [
      "what the cluster knows",
      '{{ .Capabilities.APIVersions.Has "a" }}',
      ".Capabilities.APIVersions.Has",
    ],
    ["the whole release", "{{ toJson .Release }}", ".Release"],
    ["the release by its name as text", '{{ get . "Release" }}', '"Release"'],
    ["what is read no further", `{{ eq '"' 1 }}{{ now }}`, "something that cannot be read"],
  ];
  for (const [title, template, asks] of hidden)
    it(`not for ${title}`, () =>
      assert.ok(found(template).includes(asks), String(found(template))));

  for (const [title, name, says] of [
    ["definitions, which are installed and never upgraded", "crds/one.yaml", "chart/crds"],
    ["charts within the chart", "charts/two/Chart.yaml", "chart/charts"],
  ] as const)
    it(`not with ${title}`, () => {
      write(name, "");
      assert.match(hiddenIn(folder, "chart").join(), new RegExp(says));
    });

  it("not with charts from elsewhere", () => {
    write("Chart.yaml", "name: one\ndependencies: [{ name: two }]\n");
    assert.match(hiddenIn(folder, "chart").join(), /brings other charts/);
  });
});
