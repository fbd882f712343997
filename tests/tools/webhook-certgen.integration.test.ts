import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { load } from "js-yaml";
import { run } from "../../lib/processes";
import { ControlPlane, controlPlaneTools } from "../../rehearsal/control-plane/control-plane";
import { tool } from "../../tools";
import { needTools, skipLoudly } from "../support/need-tools";

interface Access {
  clusters: { cluster: { server: string; "certificate-authority": string } }[];
  users: { user: { token: string } }[];
}

interface Configuration {
  webhooks: { clientConfig: { caBundle?: string; service: object }; failurePolicy: string }[];
}

const hosts = ["operator", "operator.monitoring.svc"];
const secrets = "/api/v1/namespaces/default/secrets";
const registration = "/apis/admissionregistration.k8s.io/v1";
const kinds = ["Validating", "Mutating"];

describe("the stand-in for kube-webhook-certgen", function () {
  this.timeout(120_000);
  let folder: string;
  let plane: ControlPlane;
  let server: URL;

  before(async function () {
    if (process.getuid?.() !== 0) skipLoudly(this, "it is run in a folder of its own, as root");
    await needTools(this, [...controlPlaneTools, "webhook-certgen"]);
    plane = await ControlPlane.start({
      zones: ["eu-central-1a"],
      images: { known: [], failingJobTag: "fails" },
    });
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-webhook-certgen-test-"));
    await copyFile(await tool("webhook-certgen"), path.join(folder, "webhook-certgen"));
    // What a kubelet gives a pod.
    const access = load(await readFile(plane.kubeconfig, "utf8")) as Access;
    const account = path.join(folder, "var/run/secrets/kubernetes.io/serviceaccount");
    await mkdir(account, { recursive: true });
    const { cluster } = access.clusters[0]!;
    await copyFile(cluster["certificate-authority"], path.join(account, "ca.crt"));
    await writeFile(path.join(account, "token"), access.users[0]!.user.token);
    server = new URL(cluster.server);
  });

  after(async () => {
    await plane?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  function certgen(...args: string[]) {
    const env = {
      KUBERNETES_SERVICE_HOST: server.hostname,
      KUBERNETES_SERVICE_PORT: server.port,
    };
    const common = ["--namespace=default", "--secret-name=admission"];
    return run("chroot", [folder, "/webhook-certgen", ...args, ...common], { env });
  }
  const create = () => certgen("create", `--host=${hosts.join()}`);
  const patch = () => certgen("patch", "--webhook-name=admission", "--patch-failure-policy=");

  async function secret() {
    const { data } = await plane.api.get<{ data: Record<string, string> }>(`${secrets}/admission`);
    const decoded = Object.entries(data).map(([key, value]) => [key, atob(value)]);
    return Object.fromEntries(decoded) as Record<string, string>;
  }

  it("says so when there is no secret to trust", async () => {
    const { code, stderr } = await patch();
    assert.equal(code, 1);
    assert.match(stderr, /^error: GET .*\/secrets\/admission: 404/);
  });

  it("keeps a certificate for every name, by an authority of its own", async () => {
    const { code, stderr } = await create();
    assert.equal(code, 0, stderr);
    const { ca, cert, key } = await secret();
    const certificate = new X509Certificate(cert!);
    assert.ok(certificate.verify(new X509Certificate(ca!).publicKey));
    for (const host of hosts) assert.equal(certificate.checkHost(host), host);
    assert.equal(certificate.checkHost("another"), undefined);
    assert.match(key!, /^-----BEGIN EC PRIVATE KEY/);
  });

  it("leaves a secret that is there as it is", async () => {
    const before = await secret();
    const { code, stderr } = await create();
    assert.equal(code, 0, stderr);
    assert.deepEqual(await secret(), before);
  });

  it("makes the webhooks trust the authority, and changes nothing else of them", async () => {
    const service = { namespace: "default", name: "operator", path: "/admit", port: 443 };
    for (const kind of kinds)
      await plane.api.create(`${registration}/${kind.toLowerCase()}webhookconfigurations`, {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: `${kind}WebhookConfiguration`,
        metadata: { name: "admission" },
        webhooks: ["one", "two"].map((name) => ({
          name: `${name}.example.org`,
          failurePolicy: "Ignore",
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
          clientConfig: { service },
        })),
      });
    const { code, stderr } = await patch();
    assert.equal(code, 0, stderr);
    const { ca } = await secret();
    for (const kind of kinds) {
      const name = `${registration}/${kind.toLowerCase()}webhookconfigurations/admission`;
      const { webhooks } = await plane.api.get<Configuration>(name);
      assert.equal(webhooks.length, 2);
      for (const { clientConfig, failurePolicy } of webhooks) {
        assert.deepEqual(clientConfig, { service, caBundle: btoa(ca!) });
        assert.equal(failurePolicy, "Ignore");
      }
    }
  });

  it("refuses what it does not know", async () => {
    for (const args of [["renew"], ["patch", "--patch-failure-policy=Fail"], ["patch", "--other"]])
      assert.equal((await certgen(...args)).code, 1, args.join(" "));
  });
});
