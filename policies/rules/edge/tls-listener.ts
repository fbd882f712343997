import { isAssigned, matches, mismatch } from "../../model/expectation";
import { at, list } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "tls-listener",
  severity: "high",
  from: "starter",
  demands:
    "The load balancer serves HTTPS with a certificate that AWS renews; plain HTTP is only redirected.",
  reason: "A certificate that somebody has to renew by hand is an outage with a date.",
  needs: "stack",
  types: ["aws:lb/listener:Listener"],
  judge: (listener, stack) => {
    const { properties } = listener;
    if (properties.protocol === "HTTPS") {
      const policy = mismatch(properties, "sslPolicy", matches(/TLS13/, "a policy with TLS 1.3"));
      const renewed =
        isAssigned.accepts(properties.certificateArn) &&
        ["certificateValidation:CertificateValidation", "certificate:Certificate"].some(
          (type) => stack.behind(listener, "certificateArn", `aws:acm/${type}`).length > 0,
        );
      return [
        ...(policy ? [policy] : []),
        ...(renewed ? [] : ["certificateArn is no certificate of this stack's own"]),
      ];
    }
    const redirected = list(properties, "defaultActions").every(
      (action) => at(action, "type") === "redirect" && at(action, "redirect.protocol") === "HTTPS",
    );
    return properties.protocol === "HTTP" &&
      redirected &&
      list(properties, "defaultActions").length > 0
      ? []
      : ["it neither serves HTTPS nor only redirects to it"];
  },
} satisfies RuleDefinition;
