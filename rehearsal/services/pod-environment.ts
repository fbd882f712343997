/** Environment that the pods of one workload get beside their own. */
export interface PodEnvironment {
  /** Value of the label `app.kubernetes.io/name`. */
  workload: string;
  /** Service accounts whose pods get it; absent: all of the workload. */
  accounts?: string[];
  environment: Record<string, string>;
}

const group = "admissionregistration.k8s.io/v1";

/**
 * Stands for what EKS Pod Identity adds to pods at admission (credentials), and for what a public
 * certificate authority and AWS's public names would be: where the run's own services are, and whom
 * to trust. The manifests stay as they are planned; the API server adds this to each new pod.
 */
export function podEnvironment({ workload, accounts, environment }: PodEnvironment): object[] {
  const name = `rehearsal-${workload}`;
  return [
    {
      apiVersion: group,
      kind: "MutatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
          ],
        },
        matchConditions: [
          {
            name: "workload",
            expression: `object.metadata.?labels["app.kubernetes.io/name"].orValue("") == "${workload}"`,
          },
          ...(accounts
            ? [
                {
                  name: "account",
                  expression: `object.spec.?serviceAccountName.orValue("") in ${JSON.stringify(accounts)}`,
                },
              ]
            : []),
        ],
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        mutations: [
          { patchType: "ApplyConfiguration", applyConfiguration: { expression: pod(environment) } },
        ],
      },
    },
    {
      apiVersion: group,
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name },
    },
  ];
}

function pod(environment: Record<string, string>): string {
  const both = ["containers", "initContainers"].map((kind) => {
    const item = `Object.spec.${kind}`;
    const variables = Object.entries(environment).map(
      ([key, value]) =>
        `${item}.env{name: ${JSON.stringify(key)}, value: ${JSON.stringify(value)}}`,
    );
    return `${kind}: object.spec.?${kind}.orValue([]).map(c, ${item}{name: c.name, env: [${variables.join(", ")}]})`;
  });
  return `Object{spec: Object.spec{${both.join(", ")}}}`;
}
