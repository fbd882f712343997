import { at, list, unknown, type Resource, type Stack } from "./resource";

export const databaseCluster = "aws:rds/cluster:Cluster";
export const databaseInstance = "aws:rds/instance:Instance";
const parameterGroup = "aws:rds/parameterGroup:ParameterGroup";
const clusterParameterGroup = "aws:rds/clusterParameterGroup:ClusterParameterGroup";
export const parameterGroups = [parameterGroup, clusterParameterGroup];

/** A read replica: it follows a source, so the source's backups are its own. */
export function isReplica({ type, properties }: Resource): boolean {
  return type === databaseInstance && properties.replicateSourceDb !== undefined;
}

/** Read replicas that follow an instance. */
export function replicasOf(source: Resource, stack: Stack): Resource[] {
  return stack.pointingAt(source, databaseInstance, "replicateSourceDb");
}

/** The parameter group that a cluster or an instance uses. */
export function parametersOf(database: Resource, stack: Stack): Resource | undefined {
  if (database.type === databaseCluster)
    return stack.behind(database, "dbClusterParameterGroupName", clusterParameterGroup)[0];
  const [group] = stack.behind(database, "parameterGroupName", parameterGroup);
  // A replica may take the name from its source.
  const [source] = stack.behind(database, "parameterGroupName", databaseInstance);
  return group ?? (source && source !== database ? parametersOf(source, stack) : undefined);
}

/** A parameter's value: undefined when the group does not set it. */
export function parameter(group: Resource | undefined, name: string): unknown {
  const found = list(group?.properties, "parameters").find((entry) => at(entry, "name") === name);
  return at(group?.properties, "parameters") === unknown ? unknown : at(found, "value");
}
