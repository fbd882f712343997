import type * as iam from "@pulumi/aws/iam";

/** Lets one AWS service, and nobody else, take a role; `condition` says on whose behalf. */
export function trustPolicy(
  service: string,
  actions: string[] = ["sts:AssumeRole"],
  condition?: iam.PolicyStatement["Condition"],
): iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: actions,
        ...(condition ? { Condition: condition } : {}),
      },
    ],
  };
}

/** A policy that allows the given statements and nothing more. */
export function allow(
  ...statements: Pick<iam.PolicyStatement, "Action" | "Resource" | "Condition">[]
): iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow" as const, ...statement })),
  };
}
