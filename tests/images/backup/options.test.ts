import assert from "node:assert/strict";
import { Command } from "commander";
import { UsageError } from "../../../images/backup/errors";
import {
  commandOf,
  scratchPasswords,
  settingsOfLost,
  withLost,
  type Settings,
  type Wanted,
} from "../../../images/backup/options";

const variables = {
  BACKUP_BUCKET: "vault",
  BACKUP_KMS_KEY: "arn:aws:kms:eu-central-1:111122223333:key/vault",
  STACK_NAME: "mini-xdr-prod",
  MANIFEST_KEY: "arn:aws:kms:eu-central-1:111122223333:key/manifests",
  VERIFICATION_KEY: "arn:aws:kms:eu-central-1:111122223333:key/verifications",
};

describe("options of the backup image", () => {
  const before = process.env;
  afterEach(() => (process.env = before));

  /** The settings that a command gets, by these variables alone. */
  async function settingsOf(
    wants: Wanted[],
    env: NodeJS.ProcessEnv,
    ...args: string[]
  ): Promise<Settings> {
    process.env = env;
    const program = new Command().exitOverride();
    let found: Settings | undefined;
    withLost(commandOf(program, "one", "", ...wants)).action((settings: Settings) => {
      found = settings;
    });
    await program.parseAsync(["one", ...args], { from: "user" });
    return found!;
  }

  it("come by variables, as a pod has them", async () => {
    const { bucket, stack, manifestKey } = await settingsOf(["vault", "evidence"], variables);
    assert.deepEqual(
      [bucket, stack, manifestKey],
      ["vault", "mini-xdr-prod", variables.MANIFEST_KEY],
    );
  });

  it("that are missing are all named at once, with the variable that would do", async () => {
    await assert.rejects(
      settingsOf(["vault", "evidence", "scratch"], { STACK_NAME: "x" }),
      (error) => {
        assert.ok(error instanceof UsageError);
        const named = [...error.message.matchAll(/not given; give it or set (\w+)/g)].map(
          ([, variable]) => variable,
        );
        assert.deepEqual(named, [
          "BACKUP_BUCKET",
          "BACKUP_KMS_KEY",
          "MANIFEST_KEY",
          "VERIFICATION_KEY",
          "SCRATCH_HOST",
        ]);
        return true;
      },
    );
  });

  it("that a command does not want are not asked for: a scratch server knows no vault", async () => {
    assert.equal((await settingsOf([], {})).bucket, undefined);
  });

  it("of a dump are the manifests' key, and not the verifications'", async () => {
    const { VERIFICATION_KEY: _, ...env } = variables;
    const settings = await settingsOf(["vault", "manifestKey"], env);
    assert.equal(settings.verificationKey, undefined);
  });

  it("of a lost stack replace this one's, all of them or none", async () => {
    const lost = {
      LOST_STACK_NAME: "mini-xdr-lost",
      LOST_BUCKET: "copy",
      LOST_MANIFEST_KEY: "arn:aws:kms:eu-west-1:111122223333:key/m",
      LOST_VERIFICATION_KEY: "arn:aws:kms:eu-west-1:111122223333:key/v",
    };
    const wants: Wanted[] = ["vault", "evidence"];
    const settings = await settingsOf(wants, { ...variables, ...lost }, "--lost");
    assert.equal(settings.stack, "mini-xdr-prod");
    const { stack, bucket, manifestKey, verificationKey } = settingsOfLost(settings);
    assert.deepEqual([stack, bucket, manifestKey, verificationKey], Object.values(lost));
    const { LOST_BUCKET: _, ...some } = lost;
    const partial = await settingsOf(wants, { ...variables, ...some }, "--lost");
    assert.throws(() => settingsOfLost(partial), /--lost: this stack takes no other's place/);
  });

  it("passwords are no options, and are both asked for", () => {
    process.env = {};
    assert.throws(scratchPasswords, /SCRATCH_OWNER_PASSWORD: not set.*SCRATCH_RESTORER_PASSWORD/);
    process.env = { SCRATCH_OWNER_PASSWORD: "a", SCRATCH_RESTORER_PASSWORD: "b" };
    assert.deepEqual(scratchPasswords(), { owner: "a", restorer: "b" });
  });
});
