import assert from "node:assert/strict";
import { unseal } from "../../../images/backup/dsse";
import { payloadTypes } from "../../../images/backup/manifest";
import { publicKeyOf, SigningKey } from "../../../images/backup/signing";
import { Moto } from "../../../rehearsal/aws/moto";
import { SigningKeys } from "../../../rehearsal/aws/signing-keys";
import { needTools } from "../../support/need-tools";
import { plannedVault } from "./support/planned-vault";

/** Longer than the 4096 bytes that KMS signs without a digest. */
const payload = JSON.stringify({ rows: "x".repeat(100_000) });

describe("signatures by KMS, on its stand-ins", function () {
  this.timeout(60_000);
  const environment = process.env;
  let keys: SigningKeys | undefined;
  let cloud: Moto | undefined;

  before(async function () {
    await needTools(this, ["moto_server"]);
    keys = await SigningKeys.start();
    cloud = await Moto.start(await plannedVault());
  });

  afterEach(() => (process.env = environment));

  after(async () => {
    await Promise.all([keys?.stop(), cloud?.stop()]);
  });

  it("of a digest are good for the whole of the payload, on either stand-in", async () => {
    for (const own of [keys!.environment, {}]) {
      process.env = { ...environment, ...cloud!.environment(), ...own };
      const arn = keys!.arn("manifests");
      const text = await new SigningKey(arn).seal(payloadTypes.manifest, payload);
      const key = await publicKeyOf(arn);
      assert.equal(unseal(text, payloadTypes.manifest, key).toString(), payload);
      const other = await publicKeyOf(keys!.arn("verifications"));
      assert.throws(() => unseal(text, payloadTypes.manifest, other), /no signature in it/);
    }
  });

  it("ask for a key where it is: an ARN of another kind is refused before anything is asked", async () => {
    for (const arn of ["alias/manifests", "arn:aws:s3:::vault", "arn:aws:kms::111122223333:key/x"])
      assert.throws(() => new SigningKey(arn), /no ARN of a KMS key/);
  });

  it("that KMS denies are an error that names the right", async () => {
    process.env = { ...environment, ...cloud!.environment(), ...keys!.environment };
    keys!.denied.add("Sign");
    const sealing = new SigningKey(keys!.arn("manifests")).seal(payloadTypes.manifest, payload);
    await assert.rejects(sealing, /kms:Sign/);
    keys!.denied.delete("Sign");
  });
});
