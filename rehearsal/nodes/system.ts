import pWaitFor from "p-wait-for";
import type { Api } from "../control-plane/api";
import { dnsImage, policiesImage } from "./system-images";

const namespace = "kube-system";
const rbac = "rbac.authorization.k8s.io";
const apps = "apis/apps/v1";
const daemonSets = `/${apps}/namespaces/${namespace}/daemonsets`;
/** The DaemonSet of the cluster's DNS, in the API. */
export const dnsPath = `${daemonSets}/coredns`;
/** What its pods are labelled. */
export const dnsLabels = { "k8s-app": "kube-dns" };

/** An object and the API's path where it is created. */
interface Creation {
  path: string;
  object: object;
}

/**
 * What a cluster on EKS has before anything is installed: its DNS and the agent that enforces
 * network policies, on every node.
 *
 * @param resolver where names go that are not the cluster's; undefined: they do not exist
 */
export function systemObjects(resolver?: string): Creation[] {
  return [
    // The API server's own calls to kubelets: logs, exec, port-forward.
    binding("rehearsal:kubelet-api", "system:kubelet-api-admin", {
      kind: "User",
      apiGroup: rbac,
      name: apiServerClient,
    }),
    ...dns(resolver),
    ...policies(),
  ];
}

/** As whom the API server calls kubelets. */
export const apiServerClient = "kube-apiserver-kubelet-client";

/** Resolves when all of it runs on so many nodes. Rejects when `signal` says so. */
export async function untilSystemRuns(api: Api, nodes: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + systemLimit * 1000;
  const runs = async () => {
    signal.throwIfAborted();
    if (performance.now() > end) throw new Error(`DNS or policies not up after ${systemLimit} s`);
    const found = await api.list<DaemonSet>(daemonSets);
    return found.every(({ status }) => status.numberReady === nodes);
  };
  await pWaitFor(runs, { interval: 200 });
}

/** Seconds in which it has to run. */
const systemLimit = 120;

interface DaemonSet {
  status: { numberReady?: number };
}

/**
 * EKS Auto Mode answers pods' questions on their own node, by no pod and no Service of kube-system
 * (https://docs.aws.amazon.com/eks/latest/userguide/auto-networking.html: "Caching DNS queries on the
 * node"; aws/containers-roadmap#2546). Here a pod has the node's network for it. With two replicas
 * behind a Service, as elsewhere, a lost node takes answers along until it is believed lost.
 */
function dns(resolver?: string): Creation[] {
  const labels = dnsLabels;
  const drop = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true };
  return [
    account("coredns"),
    role("system:coredns", [
      rule("", ["endpoints", "services", "pods", "namespaces"]),
      rule("discovery.k8s.io", ["endpointslices"]),
    ]),
    binding("system:coredns", "system:coredns", accountOf("coredns")),
    namespaced("configmaps", {
      metadata: { name: "coredns" },
      data: { Corefile: corefile(resolver) },
    }),
    namespaced(
      "daemonsets",
      {
        metadata: { name: "coredns", labels },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              hostNetwork: true,
              serviceAccountName: "coredns",
              priorityClassName: "system-node-critical",
              dnsPolicy: "Default",
              tolerations: [{ operator: "Exists" }],
              containers: [
                {
                  name: "coredns",
                  image: dnsImage,
                  args: ["-conf", "/etc/coredns/Corefile"],
                  resources: {
                    requests: { cpu: "100m", memory: "70Mi" },
                    limits: { memory: "170Mi" },
                  },
                  livenessProbe: { httpGet: { path: "/health", port: 8080 }, failureThreshold: 5 },
                  readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
                  securityContext: {
                    ...drop,
                    capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
                  },
                  volumeMounts: [{ name: "settings", mountPath: "/etc/coredns" }],
                },
              ],
              volumes: [{ name: "settings", configMap: { name: "coredns" } }],
            },
          },
        },
      },
      apps,
    ),
  ];
}

/** As EKS's, without what leaves the cluster: foreign names are the resolver's, or do not exist. */
function corefile(resolver?: string): string {
  const foreign = resolver
    ? `forward . ${resolver}`
    : "template ANY ANY {\n        rcode NXDOMAIN\n    }";
  return `.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    ${foreign}
    cache 30
}
`;
}

function policies(): Creation[] {
  const name = "kube-network-policies";
  const labels = { app: name };
  return [
    account(name),
    role(name, [
      rule("", ["pods", "namespaces", "nodes"]),
      rule("networking.k8s.io", ["networkpolicies"]),
    ]),
    binding(name, name, accountOf(name)),
    namespaced(
      "daemonsets",
      {
        metadata: { name, labels },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              hostNetwork: true,
              serviceAccountName: name,
              priorityClassName: "system-node-critical",
              tolerations: [{ operator: "Exists" }],
              containers: [
                {
                  name: "agent",
                  image: policiesImage,
                  args: [
                    "--hostname-override=$(NODE)",
                    "--v=0",
                    "--nfqueue-id=100",
                    "--disable-nri=true",
                    "--netfilter-bug-1766-fix=false",
                  ],
                  env: [{ name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
                  // It is on the way of every new connection, where an account has the kernel: without a
                  // share, or with a log of each packet, new connections wait for seconds on a busy node.
                  resources: { requests: { cpu: "500m", memory: "64Mi" } },
                  securityContext: { capabilities: { add: ["NET_ADMIN"] } },
                },
              ],
            },
          },
        },
      },
      apps,
    ),
  ];
}

function namespaced(kind: string, object: object, group = "api/v1"): Creation {
  return { path: `/${group}/namespaces/${namespace}/${kind}`, object };
}

function account(name: string): Creation {
  return namespaced("serviceaccounts", { metadata: { name } });
}

function accountOf(name: string) {
  return { kind: "ServiceAccount", name, namespace };
}

function rule(group: string, resources: string[]) {
  return { apiGroups: [group], resources, verbs: ["get", "list", "watch"] };
}

function role(name: string, rules: object[]): Creation {
  return { path: `/apis/${rbac}/v1/clusterroles`, object: { metadata: { name }, rules } };
}

function binding(name: string, clusterRole: string, subject: object): Creation {
  const roleRef = { apiGroup: rbac, kind: "ClusterRole", name: clusterRole };
  const object = { metadata: { name }, roleRef, subjects: [subject] };
  return { path: `/apis/${rbac}/v1/clusterrolebindings`, object };
}
