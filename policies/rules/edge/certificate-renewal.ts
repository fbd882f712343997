import { list } from "../../model/resource";
import { equals, mismatch } from "../../model/expectation";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "certificate-renewal",
  severity: "high",
  from: "starter",
  demands:
    "The certificate is validated by a DNS record that stays, so that AWS can renew it, and is for the name that users open.",
  reason: "Validation by e-mail ends with the mailbox; the certificate then expires.",
  needs: "stack",
  types: ["aws:acm/certificate:Certificate"],
  judge: (certificate, stack) => {
    const method = mismatch(certificate.properties, "validationMethod", equals("DNS"));
    const [validation] = stack.pointingAt(
      certificate,
      "aws:acm/certificateValidation:CertificateValidation",
      "certificateArn",
    );
    const records = stack.pointingAt(certificate, "aws:route53/record:Record", "records");
    const opened = stack
      .ofType("aws:route53/record:Record")
      .some(({ properties }) => properties.name === certificate.properties.domainName);
    return [
      ...(opened ? [] : ["domainName is no name of this stack that users open"]),
      ...(method ? [method] : []),
      ...(validation && list(validation.properties, "validationRecordFqdns").length > 0
        ? []
        : ["nothing waits for its validation"]),
      ...(records.length > 0 ? [] : ["no DNS record of this stack validates it"]),
    ];
  },
} satisfies RuleDefinition;
