import { declaredTraffic } from "../../declared/traffic";
import { show } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "traffic",
  severity: "critical",
  from: "starter",
  demands:
    "Security groups let through what policies/declared says, on that one port, and nothing else.",
  reason: "A range that ends too early cuts users off; one that begins too early lets anybody in.",
  needs: "stack",
  types: [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ],
  judge: (rule, stack) => {
    const { name, properties } = rule;
    const declared = Object.hasOwn(declaredTraffic, name) ? declaredTraffic[name] : undefined;
    if (!declared) return [`no traffic called ${name} is declared in policies/declared/traffic`];
    const { fromPort, toPort, cidrIpv4, referencedSecurityGroupId: other } = properties;
    // The engine names the cluster's component and what its plugin made for it: one and the same here.
    const behind = (property: string) =>
      [
        ...new Set(
          (rule.propertyDependencies[property] ?? []).map((urn) => stack.named(urn)?.name),
        ),
      ].join();
    const { port, at, other: expected } = declared;
    const isRight = expected
      ? other !== undefined &&
        cidrIpv4 === undefined &&
        behind("referencedSecurityGroupId") === expected
      : other === undefined && cidrIpv4 === "0.0.0.0/0";
    return [
      ...(fromPort === port && toPort === port
        ? []
        : [`ports are ${show(fromPort)} to ${show(toPort)}; it must be ${port} alone`]),
      ...(behind("securityGroupId") === at ? [] : [`it must be a rule of ${at}`]),
      ...(isRight
        ? []
        : [
            `cidrIpv4 is ${show(cidrIpv4)}; the other end must be ${expected ?? "everybody, as 0.0.0.0/0"}`,
          ]),
    ];
  },
} satisfies RuleDefinition;
