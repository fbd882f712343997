import { matches } from "../../model/expectation";
import { propertyRule } from "../../model/rule";

const modern = matches(
  /^rds-ca-(rsa2048|rsa4096|ecc384)-g1$/,
  "rds-ca-rsa2048-g1, -rsa4096-g1 or -ecc384-g1",
);

export default propertyRule({
  name: "database-certificate",
  severity: "medium",
  from: "starter",
  demands: "The server's certificate comes from an authority that is valid past 2060.",
  reason: "rds-ca-2019 has expired: clients that verify it can no longer connect.",
  require: {
    "aws:rds/cluster:Cluster": { caCertificateIdentifier: modern },
    "aws:rds/instance:Instance": { caCertIdentifier: modern },
  },
});
