import assert from "node:assert/strict";
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { EksAndSts, type ClusterAnswer } from "../../../rehearsal/aws/eks-and-sts";

const credentials = { accessKeyId: "stand-in", secretAccessKey: "stand-in" };

describe("the stand-in of EKS and STS, asked by AWS's own SDK", () => {
  const started: EksAndSts[] = [];
  after(async () => {
    for (const standIn of started) await standIn.stop();
  });

  async function clients(describe: (name: string) => ClusterAnswer, account?: string) {
    const standIn = await EksAndSts.start(describe, account);
    started.push(standIn);
    const options = {
      region: "eu-central-1",
      credentials,
      maxAttempts: 1,
      endpoint: standIn.environment.AWS_ENDPOINT_URL_EKS!,
      requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true },
    };
    return { standIn, eks: new EKSClient(options), sts: new STSClient(options) };
  }

  const asked = new DescribeClusterCommand({ name: "prod" });

  it("describes a cluster in its status", async () => {
    for (const status of ["ACTIVE", "DELETING"] as const) {
      const { eks } = await clients(() => ({ status }));
      const { cluster } = await eks.send(asked);
      assert.deepEqual([cluster?.name, cluster?.status], ["prod", status]);
    }
  });

  const refusals: [ClusterAnswer, object][] = [
    ["absent", { name: "ResourceNotFoundException" }],
    [{ exception: "AccessDeniedException", code: 403 }, { name: "AccessDeniedException" }],
    ["silent", { name: "TimeoutError" }],
    ["disconnected", { code: "ECONNRESET" }],
  ];
  for (const [answer, expected] of refusals)
    it(`answers ${JSON.stringify(answer)} with ${JSON.stringify(expected)}`, async () => {
      const { eks } = await clients(() => answer);
      await assert.rejects(eks.send(asked), expected);
    });

  it("tells whose account it is", async () => {
    const { sts } = await clients(() => "absent", "999900001111");
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(Account, "999900001111");
  });

  it("answers nothing while it hangs", async () => {
    const { standIn, eks, sts } = await clients(() => "absent");
    standIn.hangs = true;
    await assert.rejects(eks.send(asked), { name: "TimeoutError" });
    await assert.rejects(sts.send(new GetCallerIdentityCommand({})), { name: "TimeoutError" });
  });
});
