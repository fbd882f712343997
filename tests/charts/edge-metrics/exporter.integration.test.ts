import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import spawn, { type Subprocess } from "nano-spawn";
import pWaitFor from "p-wait-for";
import { slos } from "../../../observability/slo";
import { rendered, type RenderedObject } from "../../../plan/helm";
import { localReleases } from "../../../plan/releases";
import { freePorts } from "../../../rehearsal/receivers/free-ports";
import { tool } from "../../../tools";
import { needTools } from "../../support/need-tools";
import { named, plannedStack } from "../../support/planned";
import { selectorsOf, type Selector } from "../../support/promql";
import { CloudWatchStandIn, type Metric } from "./cloudwatch";

interface Series {
  metric: string;
  labels: Record<string, string>;
  value: number;
}

const credentials = {
  AWS_ACCESS_KEY_ID: "testing",
  AWS_SECRET_ACCESS_KEY: "testing",
  AWS_REGION: "eu-central-1",
};
const minute = () => Math.floor(Date.now() / 60_000);

/** Series of a page in Prometheus' text format, as far as the exporter's has them. */
function seriesIn(page: string): Series[] {
  return [...page.matchAll(/^(aws_\w+)\{(.*)\} (\S+)$/gm)].map(([, metric, labels, value]) => ({
    metric: metric!,
    labels: Object.fromEntries(
      [...labels!.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label!, text!]),
    ),
    value: Number(value),
  }));
}

function selects({ metric, matchers }: Selector, series: Series): boolean {
  const holds: Record<string, (text: string, value: string) => boolean> = {
    "=": (text, value) => text === value,
    "=~": (text, value) => new RegExp(`^(${value})$`).test(text),
  };
  return (
    metric === series.metric &&
    matchers.every(({ label, operator, value }) =>
      holds[operator]!(series.labels[label] ?? "", value),
    )
  );
}

/** The real exporter with the released configuration, in front of a stand-in for CloudWatch. */
describe("the exporter of the edge's figures", function () {
  this.timeout(60_000);
  let folder: string;
  let cloudWatch: CloudWatchStandIn;
  let exporter: Subprocess;
  let url: string;
  let started: number;
  let shown: Series[];

  before(async function () {
    await needTools(this, ["helm", "yace"]);
    folder = await mkdtemp(join(tmpdir(), "mini-xdr-edge-metrics-"));
    const plan = await plannedStack("prod");
    cloudWatch = await CloudWatchStandIn.start(metricsOf(plan));
    const release = localReleases(plan).find(({ name }) => name === "edge-metrics")!;
    const objects = (await rendered(release)) as (RenderedObject & { data?: object })[];
    const config = objects.find(({ kind }) => kind === "ConfigMap")!.data as Record<string, string>;
    await writeFile(join(folder, "config.yaml"), config["config.yaml"]!);
    const [port] = await freePorts(1);
    url = `http://127.0.0.1:${port}/metrics`;
    started = minute();
    exporter = spawn(
      await tool("yace"),
      [`--config.file=${join(folder, "config.yaml")}`, `--listen-address=127.0.0.1:${port}`],
      { env: { ...credentials, AWS_ENDPOINT_URL: cloudWatch.url }, stdio: "ignore" },
    );
    exporter.catch(() => undefined);
    await pWaitFor(
      async () => {
        const page = await fetch(url).catch(() => undefined);
        shown = seriesIn((await page?.text()) ?? "");
        return shown.length > 0;
      },
      { interval: 100, timeout: 20_000 },
    );
  });

  after(async () => {
    (await exporter?.nodeChildProcess)?.kill();
    await cloudWatch?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  it("shows the five figures that the SLOs count, and no other", () => {
    const name = ({ metric, labels }: Series) =>
      [metric, ...Object.keys(labels).filter((label) => label.startsWith("dimension_"))].sort();
    assert.deepEqual(shown.map(name).sort(), [
      ["aws_applicationelb_httpcode_elb_5_xx_count_sum", "dimension_LoadBalancer"],
      ...["httpcode_target_5_xx_count", "httpcode_target_5_xx_count"]
        .concat("request_count", "request_count")
        .map((figure) => [
          `aws_applicationelb_${figure}_sum`,
          "dimension_LoadBalancer",
          "dimension_TargetGroup",
        ]),
    ]);
  });

  it("pays for five figures a minute", () => assert.equal(cloudWatch.paid, shown.length));

  it("shows every series that the SLOs' queries select at the edge", () => {
    const queries = slos.flatMap(({ events }) => [events.all, events.bad]).join(" or ");
    const selectors = selectorsOf(queries.replaceAll("$all", "all")).filter(({ metric }) =>
      metric.startsWith("aws_"),
    );
    assert.ok(selectors.length > 0);
    for (const selector of selectors)
      assert.equal(
        shown.filter((series) => selects(selector, series)).length,
        1,
        JSON.stringify(selector),
      );
  });

  it("shows the last whole minute but one", () => {
    for (const { value } of shown) {
      assert.ok(value >= started - 2, `${value}, started in ${started}`);
      assert.ok(value <= minute() - 2, `${value}, now ${minute()}`);
    }
  });
});

/** What AWS would have of the planned balancer, with the combinations that nobody asks for. */
function metricsOf(plan: Awaited<ReturnType<typeof plannedStack>>): Metric[] {
  const groups = ["alarms-edge-healthy-backend", "alarms-edge-healthy-frontend"].map(
    (alarm) =>
      named(plan, alarm).inputs.dimensions as { LoadBalancer: string; TargetGroup: string },
  );
  const { LoadBalancer } = groups[0]!;
  const everywhere = (name: string, dimensions: Record<string, string>): Metric[] => [
    { name, dimensions },
    { name, dimensions: { ...dimensions, AvailabilityZone: "eu-central-1a" } },
  ];
  return [
    ...everywhere("HTTPCode_ELB_5XX_Count", { LoadBalancer }),
    ...everywhere("RequestCount", { LoadBalancer }),
    ...groups.flatMap((group) => everywhere("RequestCount", group)),
    ...groups.flatMap((group) => everywhere("HTTPCode_Target_5XX_Count", group)),
  ];
}
