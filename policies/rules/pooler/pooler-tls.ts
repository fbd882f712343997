import { configMap } from "../../model/kubernetes";
import { poolerOf } from "../../model/pooler";
import type { RuleDefinition } from "../../model/rule";

const required = { server_tls_sslmode: "verify-full", client_tls_sslmode: "require" };

export default {
  name: "pooler-tls",
  severity: "high",
  from: "starter",
  demands: "A pooler verifies the database's certificate and name, and its clients use TLS.",
  reason:
    "During a failover names change their address: only the certificate tells that the right server answers.",
  needs: "release",
  types: [configMap],
  judge: (configuration, stack) => {
    const pooler = poolerOf(configuration, stack);
    if (!pooler) return [];
    return Object.entries(required)
      .filter(([key, value]) => pooler.settings[key] !== value)
      .map(([key, value]) => `${key} is ${pooler.settings[key] ?? "absent"}; it must be ${value}`);
  },
} satisfies RuleDefinition;
