import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { run } from "../../lib/processes";
import { registryLogin } from "../../lib/registry-login";
import { root } from "../support/planned";

/** As clients of registries ask it, by Docker's protocol. */
describe("the login to the stack's registry", () => {
  let folder: string;
  const helper = path.join(root, "lib/registry-login/docker-credential-mini-xdr-ecr");
  const ask = (server: string) =>
    run(helper, ["get"], { input: `${server}\n`, env: { PATH: `${folder}:${process.env.PATH}` } });
  const aws = (script: string) =>
    writeFile(path.join(folder, "aws"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-login-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("is a token of the registry's Region, asked for when it is needed", async () => {
    await aws('echo "$@" > "$0.asked"; echo secret');
    const { code, stdout } = await ask("123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), {
      ServerURL: "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
      Username: "AWS",
      Secret: "secret",
    });
    const asked = await readFile(path.join(folder, "aws.asked"), "utf8");
    assert.equal(asked, "ecr get-login-password --region eu-west-1\n");
  });

  it("is none for anybody else, in the words that clients know", async () => {
    await aws("echo secret");
    const { code, stdout } = await ask("quay.io");
    assert.equal(code, 1);
    assert.equal(stdout, "credentials not found in native keychain");
  });

  it("says what failed", async () => {
    await aws("exit 255");
    const { code, stdout } = await ask("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    assert.equal(code, 1);
    assert.match(stdout, /^aws ecr get-login-password --region eu-west-1 failed/);
  });

  it("is found before any other by what the engine starts", () => {
    const login = registryLogin({ PATH: "/usr/bin" });
    assert.equal(login.PATH, `${login.DOCKER_CONFIG}:/usr/bin`);
    assert.equal(
      login.PULUMI_K8S_HELM_REGISTRY_CONFIG_PATH,
      path.join(login.DOCKER_CONFIG, "config.json"),
    );
  });
});
