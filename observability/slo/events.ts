import { evaluation } from "./windows";

/** PromQL that counts the events of one evaluation, each a series with the label `source`. */
export interface Events {
  /** All of them; 0 while a source speaks and nothing happens, no series while none speaks. */
  all: string;
  /** The bad ones among them, or no series; `$all` stands for what `all` has just recorded. */
  bad: string;
}

/** A service, and where its requests are counted. */
export interface Counted {
  /** Prometheus' job that scrapes the service's own counters. */
  job: string;
  /** The last word of its load balancer's target group. */
  targetGroup: "backend" | "frontend";
  /** Whether errors that the load balancer makes itself count here; they name no target group. */
  loadBalancerErrors: boolean;
}

/** Seconds that one figure of CloudWatch counts: the exporter shows the last whole minute. */
const edgePeriod = 60;

/** How far back a counter's last value is looked for: a shorter gap in scraping loses nothing. */
const memorySeconds = 300;

const every = evaluation.critical;

/**
 * Where health is asked for; people do not. Prometheus calls a metric's own `endpoint` by the other
 * name when the target has a label of that name as well.
 */
const notProbes = ["endpoint", "exported_endpoint"]
  .map((label) => `${label}!~"/health.*|/metrics"`)
  .join(",");

/**
 * Answers that are no server errors, at the edge; the service's own counters where the edge is
 * silent. Probes by kubelet and load balancer are in neither.
 */
export function answers(counted: Counted): Events {
  const own = (status: string) => `http_requests_total{job="${counted.job}",${notProbes}${status}}`;
  const all = `${growth(own(""), counted.job)}
or 0 * group(http_requests_total{job="${counted.job}"})`;
  const bad = growth(own(',status=~"5.."'), counted.job);
  const errors = edgeErrors(counted);
  const requests = edgeRequests(counted);
  // What the balancer refuses before it has chosen a target is no request of CloudWatch's.
  const edge = `((${errors} > ${requests}) or ${requests} or ${errors})`;
  return {
    all: `${from("edge", perEvaluation(edge))}
or on ()
${from("backend", all)}`,
    bad: `(
${from("edge", perEvaluation(errors))}
or
${from("backend", bad)}
) and on (source) $all`,
  };
}

/** Answers within a second, by the service's own histogram: CloudWatch has no counts of durations. */
export function quickAnswers({ job }: Counted): Events {
  const durations = "http_request_duration_seconds";
  // Prometheus 3 stores 1 as 1.0.
  const quick = `${durations}_bucket{job="${job}",${notProbes},le=~"1(\\\\.0)?"}`;
  const all = `${growth(`${durations}_count{job="${job}",${notProbes}}`, job)}
or 0 * group(${durations}_count{job="${job}"})`;
  return {
    all: from("backend", all),
    bad: from("backend", `clamp_min(sum($all) - (${growth(quick, job)} or 0 * sum($all)), 0)`),
  };
}

/**
 * What counters have grown by since the evaluation before. `increase()` would miss what a counter
 * was born with, which for a rare status is often everything. Born, so counted whole, is what was
 * not there although its target was scraped, or whose process is new; not what Prometheus itself had
 * no eyes for. A value below the last one is a restart, and counted whole too.
 */
function growth(series: string, job: string): string {
  const before = `[${memorySeconds}s] offset ${every}s`;
  return `sum(
  ${series} - last_over_time(${series}${before}) >= 0
  or
  ${series} and on (job, instance) (
    max_over_time(up{job="${job}"}${before}) == 1
    or time() - process_start_time_seconds{job="${job}"} < ${memorySeconds + every}
  )
)`;
}

const ofBalancer = 'dimension_LoadBalancer=~"app/mini-xdr-.+",dimension_AvailabilityZone=""';

/** A comparison with 0 drops the NaN that the exporter shows where CloudWatch has no figure. */
function edgeRequests({ targetGroup }: Counted): string {
  const target = `dimension_TargetGroup=~"targetgroup/mini-xdr-.+-${targetGroup}/.+"`;
  return `sum(aws_applicationelb_request_count_sum{${ofBalancer},${target}} >= 0)`;
}

function edgeErrors({ targetGroup, loadBalancerErrors }: Counted): string {
  const target = `dimension_TargetGroup=~"targetgroup/mini-xdr-.+-${targetGroup}/.+"`;
  const ofTargets = `aws_applicationelb_httpcode_target_5_xx_count_sum{${ofBalancer},${target}} >= 0`;
  const own = `aws_applicationelb_httpcode_elb_5_xx_count_sum{${ofBalancer},dimension_TargetGroup=""} >= 0`;
  return `sum(${loadBalancerErrors ? `${ofTargets} or ${own}` : ofTargets})`;
}

function perEvaluation(figure: string): string {
  return `${figure} * ${every} / ${edgePeriod}`;
}

function from(source: "edge" | "backend", expr: string): string {
  return `label_replace(${expr}, "source", "${source}", "", "")`;
}
