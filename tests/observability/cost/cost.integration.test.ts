import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import pWaitFor from "p-wait-for";
import { LocalServer } from "../../../lib/http-server";
import { output } from "../../../lib/processes";
import { rulesFile } from "../../../observability/files";
import { groups } from "../../../observability/rules";
import { sloGroups, slos } from "../../../observability/slo";
import type { RenderedObject } from "../../../plan/helm";
import { Prometheus } from "../../../rehearsal/receivers/prometheus";
import { chartsOf } from "../../../rehearsal/workloads/charts";
import { tool } from "../../../tools";
import { needTools, skipLoudly } from "../../support/need-tools";
import { plannedStack } from "../../support/planned";
import { lines, stack } from "./series";

interface Rule {
  expr: string;
  alert?: string;
  record?: string;
}
interface Group {
  name: string;
  interval?: string;
  rules: Rule[];
}
/** A rule of one of the two sets, and what one evaluation of it takes. */
interface Measured {
  set: "ours" | "chart's";
  group: string;
  name: string;
  /** Evaluations in 30 s, as it is released. */
  often: number;
  samples: number;
  /** The least of three: another program of this machine only adds to it. */
  milliseconds: number;
}

/** Seconds of everything that Prometheus has scraped before; the chart's rules on the API server look back for days. */
const past = 35 * 60;
const step = 30;
const days = 86_400;
/** What a query may read at most: Prometheus' own `--query.max-samples`. */
const mostSamples = 50_000_000;
/** A tenth of the half core that a Prometheus asks for, in the 30 s between two rounds. */
const mostMilliseconds = 30_000 * 0.5 * 0.1;

/**
 * Rules on the series of a stack with twelve backends. The figures are made, their number and labels
 * are those of the real ones; Prometheus, rules and scrapes are real.
 */
describe("what rules cost at twelve backends", function () {
  this.timeout(150_000);
  const targets = stack();
  const start = Math.floor(Date.now() / 1000 / step) * step - past;
  let folder: string;
  let exporter: LocalServer;
  let prometheus: Prometheus;
  let measured: Measured[];

  before(async function () {
    await needTools(this, ["helm", "prometheus", "promtool"]);
    const { releases, missing } = await chartsOf(await plannedStack("prod"));
    const isStack = ({ name }: { name: string }) => name === "kube-prometheus-stack";
    const lacking = missing.find(({ release }) => isStack(release));
    if (lacking) return skipLoudly(this, lacking.reason);
    const sets = {
      ours: groupsOf(rulesFile([...groups, ...sloGroups("enterprise")])),
      "chart's": groupsIn(releases.find(isStack)!.objects),
    };
    folder = await mkdtemp(join(tmpdir(), "mini-xdr-cost-"));
    const data = join(folder, "metrics");
    await mkdir(data);
    await remember(data, "past", history());
    await remember(data, "budget", budget());
    exporter = await LocalServer.start(({ url }, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end(lines(targets[Number(url!.slice(1))]!, Date.now() / 1000 - start));
    });
    prometheus = await Prometheus.start(folder, {
      config: { global: { scrape_interval: "15s", evaluation_interval: "10s" }, ...scrapes() },
      rules: dump({ groups: Object.values(sets).flat().map(unhurried) }, { noRefs: true }),
      flags: ["--storage.tsdb.retention.time=60d"],
    });
    await prometheus.ready();
    await evaluated();
    measured = [];
    for (const [set, all] of Object.entries(sets) as [Measured["set"], Group[]][])
      for (const { name: group, interval, rules } of all)
        for (const rule of rules)
          measured.push({
            set,
            group,
            name: rule.alert ?? rule.record!,
            often: 30 / seconds(interval),
            ...(await costOf(rule.expr)),
          });
  });

  after(async () => {
    await prometheus?.kill();
    await exporter?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  it("prints both sets, and our dearest rules", async () => {
    const count = targets.reduce((sum, { series }) => sum + series.length, 0);
    console.log(`      ${count} series of ${targets.length} targets, ${past / 60} min of past`);
    const row = (...cells: (string | number)[]) =>
      console.log(`      ${cells.map((cell) => String(cell).padStart(16)).join("")}`);
    row("", "rules", "read nothing", "samples, once", "ms, once", "samples in 30 s", "ms in 30 s");
    for (const set of ["ours", "chart's"] as const) {
      const own = measured.filter((each) => each.set === set);
      row(
        set,
        own.length,
        own.filter(({ samples }) => samples === 0).length,
        total(own, ({ samples }) => samples),
        total(own, ({ milliseconds }) => milliseconds),
        total(own, ({ samples, often }) => samples * often),
        total(own, ({ milliseconds, often }) => milliseconds * often),
      );
    }
    const dearest = measured.toSorted((a, b) => b.samples - a.samples);
    for (const set of ["ours", "chart's"] as const)
      for (const each of dearest.filter((rule) => rule.set === set).slice(0, 4))
        console.log(
          `      ${set}: ${each.name} (${each.group}) ${each.samples} samples, ${ms(each.milliseconds)} ms`,
        );
  });

  it("is, for all of ours together, below a tenth of what a Prometheus asks for", async () => {
    const own = measured.filter(({ set }) => set === "ours");
    const spent = total(own, ({ milliseconds, often }) => milliseconds * often);
    assert.ok(spent < mostMilliseconds, `${spent} ms of ${mostMilliseconds}`);
  });

  it("reads no more in 30 s than the chart's own rules", () => {
    const read = (which: Measured["set"]) =>
      total(
        measured.filter(({ set }) => set === which),
        ({ samples, often }) => samples * often,
      );
    assert.ok(read("ours") < read("chart's"), `${read("ours")} of ${read("chart's")}`);
  });

  it("reads the whole of 30 days where the budget asks for it, far below a query's limit", () => {
    const ratios = measured.filter(({ name }) => name === "slo:bad:ratio30d");
    assert.equal(ratios.length, slos.length);
    for (const { samples, milliseconds } of ratios) {
      console.log(`      the budget of 30 days: ${samples} samples, ${ms(milliseconds)} ms`);
      // Both outcomes, every 30 s.
      assert.ok(samples > 0.99 * 2 * ((30 * days) / step), `${samples} samples`);
      assert.ok(samples < mostSamples / 100);
    }
  });

  function history(): string {
    const parts: string[] = [];
    for (let at = 0; at < past; at += step)
      for (const [index, target] of targets.entries()) {
        const own = { job: target.job, instance: `target-${index}`, ...target.labels };
        parts.push(lines(target, at, own, ` ${start + at}`));
        parts.push(`up{${labelsOf(own)}} 1 ${start + at}\n`);
      }
    return parts.join("");
  }

  function scrapes() {
    const host = new URL(exporter.url).host;
    const jobs = [...new Set(targets.map(({ job }) => job))];
    const ofJob = (name: string) =>
      targets
        .map((target, index) => ({ ...target, index }))
        .filter(({ job }) => job === name)
        .map(({ labels, index }) => ({
          targets: [host],
          labels: { __metrics_path__: `/${index}`, instance: `target-${index}`, ...labels },
        }));
    return {
      scrape_configs: jobs.map((job_name) => ({
        job_name,
        honor_labels: true,
        static_configs: ofJob(job_name),
      })),
    };
  }

  async function remember(data: string, name: string, text: string): Promise<void> {
    const file = join(folder, name);
    await writeFile(file, `${text}# EOF\n`);
    const blocks = ["tsdb", "create-blocks-from", "--max-block-duration=768h"];
    await output(await tool("promtool"), [...blocks, "openmetrics", "--quiet", file, data]);
  }

  /** Every group at least once after the scrapes. */
  async function evaluated(): Promise<void> {
    const since = Date.now() + 15_000;
    const done = async () =>
      (await loaded()).every(({ lastEvaluation }) => Date.parse(lastEvaluation) > since);
    await pWaitFor(done, { interval: 500, timeout: 60_000 });
  }

  async function loaded() {
    return (await api<{ groups: Loaded[] }>("rules")).groups;
  }

  async function costOf(query: string): Promise<Pick<Measured, "samples" | "milliseconds">> {
    const asked: Stats[] = [];
    for (let times = 0; times < 3; times += 1)
      asked.push((await api<{ stats: Stats }>("query", { query, stats: "all" })).stats);
    return {
      samples: asked[0]!.samples.totalQueryableSamples,
      milliseconds: Math.min(...asked.map(({ timings }) => timings.evalTotalTime)) * 1000,
    };
  }

  async function api<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(`${prometheus.url}/api/v1/${path}?${new URLSearchParams(query)}`);
    const { status, data, error } = (await answer.json()) as {
      status: string;
      data: T;
      error?: string;
    };
    assert.equal(status, "success", `${query.query}: ${error}`);
    return data;
  }
});

interface Loaded {
  lastEvaluation: string;
}
interface Stats {
  samples: { totalQueryableSamples: number };
  timings: { evalTotalTime: number };
}

/** The events that the SLOs have counted in 30 days. */
function budget(): string {
  const end = Math.floor(Date.now() / 1000 / step) * step;
  const parts: string[] = [];
  for (const { name: slo, service } of slos)
    for (const [outcome, value] of [
      ["all", 600],
      ["bad", 0.1],
    ] as const) {
      const labels = labelsOf({ slo, service, outcome, source: "backend" });
      for (let at = end - 30 * days; at < end; at += step)
        parts.push(`slo:events:sum30s{${labels}} ${value} ${at}\n`);
    }
  return parts.join("");
}

function labelsOf(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(",");
}

function groupsOf(file: string): Group[] {
  return (load(file) as { groups: Group[] }).groups;
}

/** Without its interval: evaluated as often as the test looks. */
function unhurried({ name, rules }: Group): Group {
  return { name, rules };
}

/** Of Prometheus' durations those that groups have; the chart's default is 30 s too. */
function seconds(interval = "30s"): number {
  const [, number, unit] = /^(\d+)([sm])$/.exec(interval)!;
  return Number(number) * (unit === "m" ? 60 : 1);
}

function groupsIn(objects: RenderedObject[]): Group[] {
  const rules = objects.filter(({ kind }) => kind === "PrometheusRule") as (RenderedObject & {
    spec: object;
  })[];
  return rules.flatMap(({ spec }) => groupsOf(dump(spec, { noRefs: true })));
}

function total(all: Measured[], what: (each: Measured) => number): number {
  return Math.round(all.reduce((sum, each) => sum + what(each), 0));
}

function ms(milliseconds: number): string {
  return milliseconds.toFixed(1);
}
