import { isTrue, mismatch, show } from "../../model/expectation";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const paths: Record<string, string> = {
  "eks:index:Cluster": "",
  "aws:eks/cluster:Cluster": "vpcConfig.",
};

export default {
  name: "cluster-endpoint",
  severity: "high",
  from: "starter",
  demands:
    "Nodes reach the control plane inside the network; from outside only named networks do, if any.",
  reason:
    "Without the private endpoint nodes depend on the NAT gateways; what everybody reaches, anybody can overload.",
  needs: "resource",
  types: Object.keys(paths),
  judge: ({ type, properties }) => {
    const path = paths[type]!;
    const problem = mismatch(properties, `${path}endpointPrivateAccess`, isTrue);
    const found = problem ? [problem] : [];
    const open = at(properties, `${path}endpointPublicAccess`);
    if (open === false) return found;
    if (open !== true)
      return [...found, `${path}endpointPublicAccess is ${show(open)}; it must be true or false`];
    const networks = list(properties, `${path}publicAccessCidrs`);
    const named =
      networks.length > 0 &&
      networks.every((cidr) => typeof cidr === "string" && !cidr.endsWith("/0"));
    return named
      ? found
      : [
          ...found,
          `${path}publicAccessCidrs is ${show(at(properties, `${path}publicAccessCidrs`))}; it must name networks, never all`,
        ];
  },
} satisfies RuleDefinition;
