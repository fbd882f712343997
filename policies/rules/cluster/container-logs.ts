import { show } from "../../model/expectation";
import { at, type Resource } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const addon = "aws:eks/addon:Addon";
const logGroup = "aws:cloudwatch/logGroup:LogGroup";
/** What the add-on writes to, as far as the rule has to know its names. */
const written = /^\/aws\/containerinsights\/[\w-]+\/(application|dataplane|host|performance)$/;

export default {
  name: "container-logs",
  severity: "high",
  from: "starter",
  demands:
    "Containers' logs leave the node, into encrypted log groups that are there before and keep them for a time.",
  reason:
    "What a container said goes with its node; a group that Fluent Bit makes itself keeps everything indefinitely.",
  needs: "stack",
  types: [addon],
  judge: (found, stack) => {
    const configuration = parsed(found.properties.configurationValues);
    const groups = stack
      .ofType(logGroup)
      .filter(({ properties }) => written.test(String(properties.name)))
      .filter(({ properties }) => properties.kmsKeyId !== undefined)
      .filter(({ urn }) => found.dependencies.includes(urn));
    return [
      ...(found.properties.addonVersion === undefined
        ? ["addonVersion is absent: each creation would take the newest"]
        : []),
      ...(at(configuration, "containerLogs.enabled") === true
        ? []
        : [
            `configurationValues is ${show(found.properties.configurationValues)}; it must set containerLogs.enabled to true`,
          ]),
      ...(at(configuration, "agent.config.logs.metrics_collected.application_signals") === undefined
        ? []
        : ["configurationValues turns on what nobody reads and AWS counts: application_signals"]),
      ...(groups.length === 4
        ? []
        : [`it waits for ${groups.map(named).join(", ") || "none"} of its four encrypted groups`]),
    ];
  },
} satisfies RuleDefinition;

function named({ properties }: Resource): string {
  return String(properties.name).split("/").at(-1)!;
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
