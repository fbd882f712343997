import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Failure } from "../../lib/ends";
import type { Outputs } from "../engine";

/** The cluster is not proved to be lost. Nothing has been done. */
export class NotProved extends Failure {
  override readonly name = "NotProved";
}

const timeouts = { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true };

/**
 * Proves that the cluster is gone. Only one answer does: "not found", from the stack's own account
 * and Region. A time-out, a denial or another account's "not found" proves nothing.
 *
 * @throws NotProved with what to do instead.
 */
export async function proveLost({
  eksClusterName: name,
  databaseArn,
  regions,
}: Outputs): Promise<void> {
  const region = regions.primary;
  const account = databaseArn.split(":")[4];
  const options = { region, maxAttempts: 3, requestHandler: timeouts };
  const caller = await new STSClient(options)
    .send(new GetCallerIdentityCommand({}))
    .catch(unproved);
  if (caller.Account !== account)
    throw new NotProved(
      `these credentials are of account ${caller.Account}, the stack is in ${account}; use its own`,
    );
  try {
    const { cluster } = await new EKSClient(options).send(new DescribeClusterCommand({ name }));
    throw new NotProved(
      cluster?.status === "DELETING"
        ? `cluster ${name} is being deleted; run this again once it is gone`
        : `cluster ${name} exists (${cluster?.status}). If its API no longer answers it is half dead, and no refresh can end: delete it first with aws eks delete-cluster --region ${region} --name ${name}, and run this again`,
    );
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") return;
    if (error instanceof NotProved) throw error;
    unproved(error as Error);
  }
}

function unproved(error: Error): never {
  throw new NotProved(
    `AWS did not say that the cluster is gone (${error.name}: ${error.message}); that is no proof, try again when it answers`,
  );
}
