import { chartOf } from "../../../upstream/upstream";
import { demandsCopies } from "../../model/alone";
import { bucketType, holdsData } from "../../model/buckets";
import { at, list, type Resource } from "../../model/resource";
import { configMap, prometheus, releaseType } from "../../model/kubernetes";
import secretRecoveryWindow from "../../rules/keys/secret-recovery-window";
import secretReplicated from "../../rules/keys/secret-replicated";
import metricsRetention from "../../rules/observability/metrics-retention";
import keptVolume from "../../rules/workloads/kept-volume";
import registryLifecycle from "../../rules/workloads/registry-lifecycle";
import { broken } from "../chain";
import type { Line } from "../line";
import { held, keyed, keyType, toldOf, usable, type Question } from "./links";
import { copied, kept, replica } from "./vault";

const secretType = "aws:secretsmanager/secret:Secret";
const versionType = "aws:secretsmanager/secretVersion:SecretVersion";
const repositoryType = "aws:ecr/repository:Repository";
const lifecycleType = "aws:ecr/lifecyclePolicy:LifecyclePolicy";
const registryCopy = "aws:ecr/replicationConfiguration:ReplicationConfiguration";

/** What buckets hold that are no copy of another: every version of an object. */
export function objects(question: Question): Line[] {
  const { of, stack, settings } = question;
  const buckets = stack.ofType(bucketType).filter((bucket) => holdsData(bucket, stack));
  const copies = buckets.map((bucket) => replica(bucket, question));
  return buckets
    .filter((bucket) => !copies.includes(bucket))
    .map((bucket) => ({
      of,
      cells: [
        `versions in ${bucket.name}`,
        "0 s",
        "every version, locked for its first days",
        String(replica(bucket, question)?.properties.region ?? "no"),
        "the drill, that reads them",
        "a backup fails",
      ],
      broken: [
        ...kept(question, bucket),
        ...(demandsCopies(settings) ? copied(question, bucket) : []),
        ...toldOf(question, "a backup fails"),
      ],
    }));
}

/** Passwords and tokens. */
export function secrets(question: Question): Line {
  const { of, stack, settings } = question;
  const found = stack.ofType(secretType);
  return {
    of,
    cells: [
      `${found.length} in Secrets Manager`,
      "0 s",
      "for 30 days after a deletion",
      regionsOf(found.flatMap(({ properties }) => list(properties, "replicas"))),
      "every start of a pod",
      "nobody: what needs one fails",
    ],
    broken: found.flatMap((secret) => [
      ...broken(of, "value of", secret, [
        stack.pointingAt(secret, versionType, "secretId").length > 0
          ? undefined
          : "no SecretVersion fills it",
      ]),
      ...keyed(question, secret, "kmsKeyId"),
      ...held(question, "lifecycle of", secret, secretRecoveryWindow),
      ...(demandsCopies(settings) ? held(question, "copy of", secret, secretReplicated) : []),
    ]),
  };
}

/** What everything else is encrypted with. */
export function keys(question: Question): Line {
  const found = question.stack.ofType(keyType);
  const elsewhere = found.filter(({ properties }) => properties.region !== undefined);
  return {
    of: question.of,
    cells: [
      `${found.length} in KMS`,
      "0 s",
      "for 30 days after a deletion",
      `${elsewhere.length} of them, for what lies in ${regionsOf(elsewhere.map(({ properties }) => properties))}`,
      "every use",
      "nobody: what needs one fails",
    ],
    broken: found.flatMap((key) => usable(question, key, key.properties.region)),
  };
}

/** Images in the registry; each can also be built again. */
export function images(question: Question): Line {
  const { of, stack, settings } = question;
  const repositories = stack.ofType(repositoryType);
  const rules = stack
    .ofType(registryCopy)
    .flatMap(({ properties }) => list(properties, "replicationConfiguration.rules"));
  return {
    of,
    cells: [
      `${repositories.length} repositories`,
      "0 s",
      "as long as they have a tag; or built again",
      regionsOf(rules.flatMap((rule) => list(rule, "destinations"))),
      "every start of a pod",
      "pods are missing",
    ],
    broken: [
      ...stack
        .ofType(lifecycleType)
        .flatMap((lifecycle) => held(question, "lifecycle of", lifecycle, registryLifecycle)),
      ...repositories.flatMap((repository) =>
        broken(of, "copy of", repository, [
          !demandsCopies(settings) || rules.some((rule) => copies(rule, repository))
            ? undefined
            : "no rule of the registry's ReplicationConfiguration copies it to another Region",
        ]),
      ),
      ...repositories.flatMap((repository) =>
        broken(of, "repository", repository, [
          repository.protect ? undefined : "the option protect is false; it must be true",
          at(repository.properties, "forceDelete") === true
            ? "forceDelete takes its images along; it must be false"
            : undefined,
        ]),
      ),
      ...toldOf(question, "pods are missing"),
    ],
  };
}

/** Without a filter a rule copies every repository. */
function copies(rule: unknown, { properties }: Resource): boolean {
  const filters = list(rule, "repositoryFilters");
  const name = String(properties.name);
  return (
    list(rule, "destinations").some((to) => typeof at(to, "region") === "string") &&
    (filters.length === 0 ||
      filters.some((filter) => name.startsWith(String(at(filter, "filter")))))
  );
}

/** What Prometheus has measured. */
export function metrics(question: Question): Line[] {
  const { of, stack } = question;
  return stack.ofType(prometheus).map((watcher) => {
    const replicas = at(watcher.properties, "spec.replicas");
    return {
      of,
      cells: [
        `${String(replicas)} volumes of ${watcher.name}`,
        "0 s: each Prometheus measures by itself",
        String(at(watcher.properties, "spec.retention")),
        "no: lost with the Region, and no promise",
        "nobody",
        "a volume fills",
      ],
      broken: [
        ...broken(of, "copies of", watcher, [
          typeof replicas === "number" && replicas >= 2
            ? undefined
            : "spec.replicas must be 2 or more",
        ]),
        ...held(question, "volume of", watcher, keptVolume),
        ...held(question, "lifecycle of", watcher, metricsRetention),
        ...toldOf(question, "a volume fills"),
      ],
    };
  });
}

/** Dashboards are code: Grafana shows what the release deploys, and keeps nothing. */
export function dashboards(question: Question): Line {
  const { of, stack } = question;
  const release = stack
    .ofType(releaseType)
    .find(({ properties }) => chartOf(properties.chart) === "kube-prometheus-stack");
  const sidecar = at(release?.properties, "values.grafana.sidecar.dashboards");
  const label = String(at(sidecar, "label"));
  const found = stack
    .ofType(configMap)
    .filter(({ properties }) => labelOf(properties, label) === at(sidecar, "labelValue"));
  const [root] = stack.ofType("pulumi:pulumi:Stack");
  const where = release ?? root ?? { urn: "", name: "the stack" };
  return {
    of,
    cells: [
      `${found.length} ConfigMaps`,
      "0 s",
      "the repository",
      "the repository",
      "tests",
      "nobody",
    ],
    broken: broken(of, "Grafana of", where, [
      at(sidecar, "enabled") === true ? undefined : "its sidecar for dashboards is off",
      found.length > 0 ? undefined : "no ConfigMap has the label that its sidecar looks for",
    ]),
  };
}

function labelOf(properties: Resource["properties"], label: string): unknown {
  return (at(properties, "metadata.labels") as Record<string, unknown> | undefined)?.[label];
}

/** Pulumi's state is where `pulumi login` says; a plan does not know. */
export function pulumiState(question: Question): Line {
  return {
    of: question.of,
    cells: [
      "not in the plan: the backend's bucket, as the README says",
      "not known here",
      "not known here",
      "not known here",
      "people, every year",
      "nobody",
    ],
    broken: [],
  };
}

function regionsOf(entries: unknown[]): string {
  const regions = entries.map((entry) => at(entry, "region"));
  return [...new Set(regions)].filter((region) => typeof region === "string").join(", ") || "no";
}
