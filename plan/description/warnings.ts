import { images as upstream, unmirrored } from "../../upstream/upstream";
import type { Plan } from "../plan";

/** What is allowed, but should not go to production unseen. */
export function warnings(plan: Plan): string[] {
  return [
    ...withoutCopies(plan),
    ...unresolvedImages(plan),
    ...unmirroredCopies(),
    ...silentAlerts(plan),
    ...exampleValues(plan),
  ];
}

function withoutCopies(plan: Plan): string[] {
  const { recovery } = (plan.outputs.regions ?? {}) as { recovery?: string };
  return recovery === undefined
    ? ["mini-xdr:recoveryRegion is not set: no copy of anything leaves the Region"]
    : [];
}

function unresolvedImages(plan: Plan): string[] {
  const images = new Set<string>();
  for (const { type, inputs } of plan.resources)
    if (type === "kubernetes:helm.sh/v3:Release") collectUnresolved(inputs.values, images);
  if (images.size === 0) return [];
  return [
    `no digest yet for ${[...images].sort().join(", ")}: the build writes it to mini-xdr:images`,
  ];
}

function unmirroredCopies(): string[] {
  const missing = unmirrored();
  return missing.length === 0
    ? []
    : [
        `no digest yet for ${missing.join(", ")}: npm run mirror copies them and writes it to upstream/pins.json`,
      ];
}

function collectUnresolved(value: unknown, images: Set<string>): void {
  if (value === null || typeof value !== "object") return;
  const image = value as Record<string, unknown>;
  const name = /\/mini-xdr\/([a-z-]+)$/.exec(String(image.repository))?.[1];
  if (image.digest === "" && name && !Object.hasOwn(upstream, name))
    images.add(`mini-xdr/${name}:${String(image.tag)}`);
  for (const child of Object.values(value)) collectUnresolved(child, images);
}

function silentAlerts(plan: Plan): string[] {
  const receivers = plan.resources.find(
    ({ type, name }) =>
      type === "kubernetes:core/v1:Secret" && name.endsWith("alertmanager-receivers"),
  )?.inputs.stringData as Record<string, string> | undefined;
  const subscribed = plan.resources.some(
    ({ type, inputs }) =>
      type === "aws:sns/topicSubscription:TopicSubscription" && inputs.protocol === "https",
  );
  return [
    ...silences.filter(([key]) => !receivers?.[key]).map(([, warning]) => warning),
    ...(subscribed
      ? []
      : ["mini-xdr:pagerDutyCloudWatchUrl is not set: a lost cluster pages nobody"]),
  ];
}

/** By key of the receivers' Secret: what nobody hears without it. */
const silences = [
  ["pagerduty-routing-key", "mini-xdr:pagerDutyRoutingKey is not set: nobody is paged"],
  ["slack-webhook-url", "mini-xdr:slackWebhookUrl is not set: nobody reads warnings"],
  [
    "dead-mans-switch-url",
    "mini-xdr:deadMansSwitchUrl is not set: nobody notices when alerting itself dies",
  ],
] as const;

function exampleValues(plan: Plan): string[] {
  return /\bexample\.(com|org|net)$/.test(String(plan.outputs.url))
    ? [`mini-xdr:domain.name is an example: ${String(plan.outputs.url)}`]
    : [];
}
