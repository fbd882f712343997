import { X509Certificate } from "node:crypto";
import { ownRegion } from "../../model/region";
import { at } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const certificate = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;

export default {
  name: "database-authorities",
  severity: "critical",
  from: "starter",
  demands: "Clients of the database trust the authorities of its own Region.",
  reason: "With another Region's every connection is refused, at the next start of each pod.",
  needs: "stack",
  types: ["kubernetes:core/v1:ConfigMap"],
  judge: ({ name, properties }, stack) => {
    if (!name.endsWith("-rds-ca")) return [];
    const region = ownRegion(stack);
    const text = at(properties, "data") as Record<string, unknown> | undefined;
    const found = Object.values(text ?? {})
      .flatMap((bundle) => String(bundle).match(certificate) ?? [])
      .map((pem) => new X509Certificate(pem).subject.replace(/^[^]*CN=/, "").split("\n")[0]!);
    if (found.length === 0) return ["it has no certificates"];
    return region !== undefined && found.some((subject) => subject.includes(` ${region} `))
      ? []
      : [`its authorities are ${found.join(", ")}; they must be of ${region}`];
  },
} satisfies RuleDefinition;
