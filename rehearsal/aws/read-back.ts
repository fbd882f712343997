import { isFamilyDefault } from "../../policies/declared/family-defaults";
import type { Properties } from "./cloud";

/**
 * What the provider of AWS reads back where that is not what it was given, and what it then plans.
 * By the provider's source, and only where our stacks could come to it:
 *
 * - A parameter that equals its family's default stays AWS's. Of a cluster's group it is not read at
 *   all (rds/cluster_parameter_group.go), of an instance's with another apply method.
 * - gp3 of a DB cluster always has IOPS (rds/cluster.go: `iops` is optional and not computed).
 * - A minor of Valkey that AWS may move on is moved on (elasticache/engine_version.go). That a lower one
 *   replaces the cache is in policies/replacement.
 */
export function readBack(type: string, inputs: Properties): Properties {
  return readers[type]?.(inputs) ?? inputs;
}

const cluster = "aws:rds/cluster:Cluster";
const cache = "aws:elasticache/replicationGroup:ReplicationGroup";

interface Parameter {
  name: string;
  value: string;
  applyMethod?: string;
}

const readers: Record<string, (inputs: Properties) => Properties> = {
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": (inputs) => ({
    ...inputs,
    parameters: parametersOf(inputs).filter(
      ({ name, value }) => !isFamilyDefault(inputs.family, name, value),
    ),
  }),
  "aws:rds/parameterGroup:ParameterGroup": (inputs) => ({
    ...inputs,
    parameters: parametersOf(inputs).map((parameter) =>
      isFamilyDefault(inputs.family, parameter.name, parameter.value)
        ? { ...parameter, applyMethod: "pending-reboot" }
        : parameter,
    ),
  }),
  [cluster]: (inputs) => ({ ...inputs, iops: inputs.iops ?? 3000 }),
  [cache]: (inputs) =>
    inputs.autoMinorVersionUpgrade === false
      ? inputs
      : { ...inputs, engineVersion: `${String(inputs.engineVersion).split(".")[0]}.99` },
};

function parametersOf({ parameters }: Properties): Parameter[] {
  return (parameters ?? []) as Parameter[];
}
