import type { View } from "../lib/progress";
import { evaluate } from "../plan/evaluate";
import { secretMark, type Plan } from "../plan/plan";
import { readPlan } from "../plan/plan-file";
import { loadProgram } from "../plan/program";
import { readStackSettings, type StackSettings } from "../plan/stack-settings";
import { tool, type ToolName } from "../tools";
import { removeLeftovers } from "./control-plane/leftovers";

/** Removes what killed runs left behind and installs the programs that are missing, and says so. */
export async function prepare(tools: readonly ToolName[], view: View): Promise<void> {
  for (const folder of await removeLeftovers())
    view.note(`removed what a killed run left: ${folder}`);
  for (const name of tools) {
    let told = false;
    await tool(name, () => {
      if (!told) view.note(`installing ${name}, once; npm run tools shows more`);
      told = true;
    });
  }
}

/** Where a plan comes from. */
export interface PlanSource {
  /** Stack to plan now. */
  stack: string;
  /** A plan file, instead. */
  plan?: string;
  /** Whether the stack planned now has every receiver of alerts, as one in use has; default: as configured. */
  receivers?: boolean;
}

/** Configuration keys of what opens receivers of alerts; secret. */
const receiverKeys = [
  "mini-xdr:pagerDutyRoutingKey",
  "mini-xdr:pagerDutyCloudWatchUrl",
  "mini-xdr:slackWebhookUrl",
  "mini-xdr:deadMansSwitchUrl",
];

/** The plan to rehearse. @throws UsageError when it cannot be read or made. */
export async function planOf(
  { stack, plan: file, receivers }: PlanSource,
  root: string,
): Promise<Plan> {
  if (file) return readPlan(file);
  const settings = readStackSettings(root, stack);
  if (receivers) addReceivers(settings);
  return evaluate(await loadProgram(root), settings);
}

/** Gives a stack every receiver of alerts, as one in use has. */
export function addReceivers({ config, secretKeys }: StackSettings): void {
  for (const key of receiverKeys) {
    config[key] = secretMark;
    secretKeys.push(key);
  }
}
