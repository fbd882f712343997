import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { evaluate } from "../../../plan/evaluate";
import { readStackSettings } from "../../../plan/stack-settings";
import { addReceivers } from "../../../rehearsal/preparation";
import type { AlertmanagerPlan } from "../../../rehearsal/receivers/alertmanagers";
import { named, program, root } from "../../support/planned";

/** What opens each receiver, by the key of the Secret. */
export type Secrets = Record<
  "pagerduty-routing-key" | "slack-webhook-url" | "dead-mans-switch-url",
  string
>;

/** The plan of a stack with every receiver. */
export async function plannedWithReceivers(stack: string) {
  const settings = readStackSettings(root, stack);
  addReceivers(settings);
  return evaluate(await program(), settings);
}

interface Argument {
  name: string;
  value: string;
}

interface Values {
  alertmanager: {
    config: { global: object };
    alertmanagerSpec: { additionalArgs: Argument[] };
  };
  prometheus: { prometheusSpec: { additionalArgs: Argument[] } };
}

const flags = (args: Argument[]) => args.map(({ name, value }) => `--${name}=${value}`);

/**
 * The planned Alertmanager with other addresses: of the mounted Secret, whose files are written into
 * `folder`, and of PagerDuty's API. Nothing else differs.
 */
export async function planHere(
  folder: string,
  secrets: Secrets,
  pagerDutyUrl: string,
): Promise<AlertmanagerPlan & { prometheusFlags: string[] }> {
  const release = named(await plannedWithReceivers("prod"), "observability-release");
  const { alertmanager, prometheus } = release.inputs.values as Values;
  const mounted = join(folder, "secrets");
  await mkdir(mounted);
  for (const [key, secret] of Object.entries(secrets)) await writeFile(join(mounted, key), secret);
  const text = JSON.stringify(alertmanager.config);
  const config = JSON.parse(
    text.replaceAll("/etc/alertmanager/secrets/alertmanager-receivers", mounted),
  ) as Values["alertmanager"]["config"];
  return {
    config: { ...config, global: { ...config.global, pagerduty_url: pagerDutyUrl } },
    flags: flags(alertmanager.alertmanagerSpec.additionalArgs),
    prometheusFlags: flags(prometheus.prometheusSpec.additionalArgs),
  };
}
