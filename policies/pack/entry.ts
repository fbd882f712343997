import { dirname } from "node:path";
import {
  PolicyPack,
  type Policies,
  type ReportViolation,
  type ResourceValidation,
  type StackValidation,
  type StackValidationArgs,
} from "@pulumi/policy";
import { fromEngine, fromEngineStack } from "./adapters/engine";
import { describeExemptions, exemptionPolicy } from "./exemptions";
import { describeAlone } from "../model/alone";
import { judgeOne, judgeResources, page, type Violation } from "./judge";
import { releaseType } from "../model/kubernetes";
import { Stack, type Properties, type Resource } from "../model/resource";
import type { Rule } from "../model/rule";
import type { Settings } from "../model/settings";
import { withDeployed } from "../releases/deployed";
import { rules } from "../rules";
import { readSettings } from "./settings";

/** The pack's folder: the launcher sets it, because the working directory may be any. */
declare const PACK_FOLDER: string;
const root = dirname(PACK_FOLDER);

/** A rule as the engine knows it. What one resource tells is judged before anything is created. */
function policy(rule: Rule): Policies[number] {
  const described = {
    name: rule.name,
    description: rule.demands,
    severity: rule.severity,
    // The strictest; the tier of the stack at hand decides at each violation.
    enforcementLevel: "mandatory" as const,
    remediationSteps: rule.reason,
    tags: [rule.group],
    url: page(rule),
  };
  const validateStack: StackValidation = (args, report) => {
    const [resources, settings] = everything(args);
    // What a release deploys has been judged with the release.
    const judged = rule.needs === "stack" ? resources : resources.filter(({ release }) => !release);
    tell(rule, judged, new Stack(resources), settings, report);
  };
  const validateResource: ResourceValidation = (args, report) => {
    const isJudged = rule.needs !== "release" && concerns(rule, args.type);
    if (args.type !== releaseType && !isJudged) return;
    const settings = settingsOf(args.urn);
    const resources = withDeployed([fromEngine(args)], settings);
    tell(rule, resources, new Stack(resources), settings, report);
  };
  if (rule.needs === "stack") return { ...described, validateStack };
  if (rule.needs === "resource") return { ...described, validateResource };
  // An object outside every release has its disruption budget, or its autoscaler, beside it.
  return { ...described, validateResource, validateStack };
}

/**
 * Every resource as it was registered. At the end the engine hands over outputs, and of what a
 * provider that is still unknown would make (all that runs on the first preview's cluster) none.
 */
const registered = new Map<string, Properties>();

/**
 * An exemption that exempts nothing, or has ended, is an error, which only the whole stack can tell. Every
 * other one is printed, as advice.
 */
const exemptions: Policies[number] = {
  name: exemptionPolicy,
  description: "Every exemption in config.json is needed, and has not ended.",
  severity: "medium",
  enforcementLevel: "mandatory",
  url: "docs/policies.md#exemptions",
  validateResource: (args) => {
    registered.set(args.urn, fromEngine(args).properties);
  },
  validateStack: (args, report) => {
    const [resources, settings] = everything(args);
    const tell = report as unknown as ReportAtLevel;
    for (const violation of judgeResources(resources, settings))
      if (violation.policy === exemptionPolicy) tell(violation);
    const urn = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn ?? "";
    for (const message of [...describeAlone(settings), ...describeExemptions(settings)])
      tell({ message, urn, enforcementLevel: "advisory" });
  },
};

function everything({ resources }: StackValidationArgs): [Resource[], Settings] {
  const settings = settingsOf(resources[0]?.urn ?? "");
  const all = resources.map(fromEngineStack).map((resource) => ({
    ...resource,
    properties: registered.get(resource.urn) ?? resource.properties,
  }));
  return [withDeployed(all, settings), settings];
}

function tell(
  rule: Rule,
  resources: Resource[],
  stack: Stack,
  settings: Settings,
  report: ReportViolation,
): void {
  const concerned = resources.filter(({ type }) => concerns(rule, type));
  for (const resource of concerned.filter((resource) => !isOpaque(resource)))
    for (const violation of judgeOne(rule, resource, stack, settings))
      (report as unknown as ReportAtLevel)(violation);
}

function concerns({ types }: Rule, type: string): boolean {
  return types === "all" || types.includes(type);
}

/**
 * A component of a plugin that tells the engine none of its inputs, as @pulumi/eks 4.3 does: its
 * children are judged in its place.
 */
function isOpaque({ type, properties }: Resource): boolean {
  return type === "eks:index:Cluster" && Object.keys(properties).length === 0;
}

/** The SDK's server takes a violation with a level of its own, which its types do not tell yet. */
type ReportAtLevel = (violation: Pick<Violation, "message" | "enforcementLevel" | "urn">) => void;

const known = new Map<string, Settings>();

/** Settings of the stack that a URN belongs to. */
function settingsOf(urn: string): Settings {
  const stack = urn.split(":")[2] ?? "";
  let settings = known.get(stack);
  if (!settings) known.set(stack, (settings = readSettings(root, stack)));
  return settings;
}

new PolicyPack("mini-xdr-availability", { policies: [...rules.map(policy), exemptions] });
