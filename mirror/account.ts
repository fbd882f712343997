import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Failure, UsageError } from "../lib/ends";

/**
 * Address of a Region's registry in the account whose credentials these are.
 *
 * @param region `aws:region` of the stack's settings
 * @throws UsageError without a Region, Failure when AWS does not say whose credentials these are.
 */
export async function hostOf(region: string | undefined): Promise<string> {
  if (!region) throw new UsageError("aws:region: missing; allowed: a region name");
  const client = new STSClient({ region, maxAttempts: 3 });
  const { Account } = await client.send(new GetCallerIdentityCommand({})).catch((error: Error) => {
    throw new Failure(`AWS does not say whose credentials these are: ${error.message}`);
  });
  return `${Account}.dkr.ecr.${region}.amazonaws.com`;
}
