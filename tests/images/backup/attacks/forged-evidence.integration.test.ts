import assert from "node:assert/strict";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { payloadTypes } from "../../../../images/backup/manifest";
import { needTools } from "../../../support/need-tools";
import { isParted } from "../support/checkout";
import { copied, evidence, payloadAt, verificationOf, type By, type Copied } from "./support/forge";
import { Stage } from "./support/stage";

type Genuine = Awaited<ReturnType<Stage["dumped"]>>;

describe("forged evidence: whoever may write to the vault decides nothing by it", function () {
  this.timeout(240_000);
  let stage: Stage;
  /** Both verified; the newer is what a restore takes. */
  let older: Genuine;
  let newest: Genuine;
  let there: Set<string>;

  before(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    stage = await Stage.start();
    for (const keep of [(made: Genuine) => (older = made), (made: Genuine) => (newest = made)]) {
      keep(await stage.dumped());
      const { code, error } = await stage.verify();
      assert.equal(code, 0, error);
    }
    there = new Set(await stage.keysBelow(""));
  });
  afterEach(async () => {
    // Only what a test has planted; a delete marker hides it as if it had never been there.
    for (const Key of await stage.keysBelow(""))
      if (!there.has(Key) && !Key.startsWith("state/"))
        await stage.cloud.s3.send(new DeleteObjectCommand({ Bucket: stage.cloud.bucket, Key }));
    const left = await stage.live.query<{ drop: string }>(
      "SELECT format('DROP DATABASE %I WITH (FORCE)', datname) AS drop FROM pg_database WHERE datname LIKE 'restored%'",
      "postgres",
    );
    for (const { drop } of left) await stage.live.query(drop, "postgres");
  });
  after(() => stage?.stop());

  /** The evidence at this key does not count, by name; a restore takes the genuine one. */
  async function doesNotCount(id: string, key: string, reason: RegExp): Promise<void> {
    const listed = await stage.list();
    assert.equal(listed.code, 0, `the attack succeeded, nothing can be listed: ${listed.error}`);
    assert.ok(
      !listed.lines.some(({ message }) => message === id),
      "the attack succeeded: it counts as a backup",
    );
    await restores(newest.id);
    await isRefused(key, reason, listed);
  }

  async function isRefused(
    key: string,
    reason: RegExp,
    listed?: Awaited<ReturnType<Stage["list"]>>,
  ) {
    const { lines } = listed ?? (await stage.list());
    const refusal = lines.find((line) => line.key === key);
    assert.match(String(refusal?.reason), reason);
    assert.equal((await stage.figures()).get("refused"), 1);
  }

  async function restores(id: string, ...args: string[]): Promise<void> {
    const { code, error, lines } = await stage.restore("restored", ...args);
    assert.equal(code, 0, error);
    assert.equal(
      lines.find(({ message }) => message === "restoring")!.id,
      id,
      "the attack succeeded",
    );
  }

  /** A copy of the newest backup as one of now, with whatever evidence. */
  async function plant(
    by: By,
    change: (copy: Copied) => object = ({ manifest }) => manifest,
    type?: string,
  ): Promise<Copied> {
    const copy = await copied(stage, newest);
    const payload = JSON.stringify(change(copy));
    await stage.write(`${copy.folder}manifest.json`, evidence(stage, payload, by, type));
    await stage.write(
      `${copy.folder}verified.json`,
      evidence(stage, verificationOf(copy.manifest, payload), by, payloadTypes.verification),
    );
    return copy;
  }

  const manifestOf = ({ folder }: { folder: string }) => `${folder}manifest.json`;
  const noSignature = /no signature in it is by the key that has to sign/;

  it("a manifest, roles and a verification that nobody signed", async () => {
    const copy = await plant("nobody");
    await doesNotCount(copy.id, manifestOf(copy), /no signed envelope/);
  });

  it("the same under a key of the attacker's own that bears the right name", async () => {
    const copy = await plant("stranger");
    await doesNotCount(copy.id, manifestOf(copy), noSignature);
  });

  it("a manifest by the key that signs verifications", async () => {
    const copy = await plant("verifications");
    await doesNotCount(copy.id, manifestOf(copy), noSignature);
  });

  it("a manifest that the right key signed as something else", async () => {
    const copy = await plant("manifests", undefined, payloadTypes.verification);
    await doesNotCount(copy.id, manifestOf(copy), /it is signed as .*verification/);
  });

  it("a signed manifest that was changed afterwards", async () => {
    const copy = await plant("manifests");
    const envelope = (await stage.read(manifestOf(copy))).toString();
    const changed = isParted
      ? envelope.replace(/"payload":"[^"]+"/, () => {
          const payload = JSON.stringify({ ...copy.manifest, seconds: 1 });
          return `"payload":"${Buffer.from(payload).toString("base64")}"`;
        })
      : JSON.stringify({ ...copy.manifest, seconds: 1 });
    assert.notEqual(changed, envelope);
    await stage.write(manifestOf(copy), changed);
    await doesNotCount(copy.id, manifestOf(copy), noSignature);
  });

  it("an old manifest with its dump and verification, replayed under a new name", async () => {
    const { id, folder } = await copied(stage, older);
    for (const name of ["manifest.json", "verified.json"])
      await stage.write(`${folder}${name}`, await stage.read(`${older.folder}${name}`));
    await doesNotCount(id, `${folder}manifest.json`, /it was moved or copied here/);
  });

  it("the newest manifest overwritten by an older one: seen, and never taken for the newest", async () => {
    const genuine = await stage.read(manifestOf(newest));
    await stage.write(manifestOf(newest), await stage.read(manifestOf(older)));
    try {
      const listed = await stage.list();
      const refusal = listed.lines.find(({ key }) => key === manifestOf(newest));
      assert.ok(refusal, "the attack succeeded: a backup is gone and nobody says so");
      await isRefused(manifestOf(newest), /it was moved or copied here/, listed);
      // What a restore leaves aside, it says.
      const { lines } = await stage.restore("restored");
      assert.ok(
        lines.some(({ key }) => key === manifestOf(newest)),
        "the restore does not say so",
      );
    } finally {
      await stage.write(manifestOf(newest), genuine);
    }
  });

  it("another backup's dump put in the place of a good one's: the good one still verifies", async () => {
    const key = `${newest.folder}database.dump`;
    const genuine = await stage.read(key);
    await stage.write(key, await stage.read(`${older.folder}database.dump`));
    try {
      assert.ok(!(await stage.read(key)).equals(genuine));
      const { code, error } = await stage.verify("--backup", newest.id);
      assert.equal(code, 0, `the attack succeeded, a good backup is called bad: ${error}`);
      await restores(newest.id);
    } finally {
      await stage.write(key, genuine);
    }
  });

  describe("a backup that nobody has verified stays so by", () => {
    let unverified: Genuine;
    beforeEach(async () => {
      unverified = await stage.dumped();
    });

    const verifiedKey = () => `${unverified.folder}verified.json`;
    async function staysUnverified(reason: RegExp): Promise<void> {
      const listed = await stage.list();
      const line = listed.lines.find(({ message }) => message === unverified.id)!;
      assert.equal(line.verified, "no", "the attack succeeded: it counts as verified");
      await isRefused(verifiedKey(), reason, listed);
      await restores(newest.id);
    }
    async function verification(by: By): Promise<string> {
      const payload = await payloadAt(stage, manifestOf(unverified));
      const manifest = JSON.parse(payload) as Copied["manifest"];
      return evidence(stage, verificationOf(manifest, payload), by, payloadTypes.verification);
    }

    it("another backup's verification", async () => {
      await stage.write(verifiedKey(), await stage.read(`${newest.folder}verified.json`));
      await staysUnverified(/it is of another manifest/);
    });

    it("a verification that nobody signed", async () => {
      await stage.write(verifiedKey(), await verification("nobody"));
      await staysUnverified(/no signed envelope/);
    });

    it("a verification by the key that signs manifests: the dump's own word", async () => {
      await stage.write(verifiedKey(), await verification("manifests"));
      await staysUnverified(noSignature);
    });

    it("the manifest in the verification's place", async () => {
      await stage.write(verifiedKey(), await stage.read(manifestOf(unverified)));
      await staysUnverified(/no signature|signed as/);
    });

    it("something in the verification's place before it is verified: and the next one is verified", async () => {
      await stage.write(verifiedKey(), "{}");
      await stage.verify("--backup", unverified.id);
      const next = await stage.dumped();
      const { code, error } = await stage.verify();
      assert.equal(code, 0, error);
      await restores(next.id);
      await isRefused(verifiedKey(), /no signed envelope/);
    });
  });

  it("a forged verification lets nothing be pruned", async () => {
    // The genuine verifications are out of the way, as if they had never been.
    const kept = new Map<string, Buffer>();
    for (const { folder } of [older, newest]) {
      const key = `${folder}verified.json`;
      kept.set(key, await stage.read(key));
      const payload = await payloadAt(stage, `${folder}manifest.json`);
      const manifest = JSON.parse(payload) as Copied["manifest"];
      await stage.write(
        key,
        evidence(stage, verificationOf(manifest, payload), "stranger", payloadTypes.verification),
      );
    }
    try {
      const { code, error } = await stage.prune();
      assert.equal(code, 1, "the attack succeeded: it pruned");
      assert.match(error, /nothing is pruned.*no signed verification of the last 8 days/);
    } finally {
      for (const [key, text] of kept) await stage.write(key, text);
    }
  });

  describe("even what the right key signed does not count when it", () => {
    const cases: [title: string, change: (copy: Copied) => object, reason: RegExp][] = [
      [
        "is of another stack",
        ({ manifest }) => ({ ...manifest, stack: "mini-xdr-staging" }),
        /of the stack mini-xdr-staging/,
      ],
      [
        "names a dump in another backup's folder",
        ({ manifest }) => ({
          ...manifest,
          dump: { ...manifest.dump, key: `${older.folder}database.dump` },
        }),
        /its dump is .*, in another backup's folder/,
      ],
      [
        "names a dump by a path that climbs",
        ({ manifest, folder }) => ({
          ...manifest,
          dump: { ...manifest.dump, key: `${folder}../../state/runs/dump.json` },
        }),
        /its dump is/,
      ],
      [
        "has a name that climbs",
        ({ manifest }) => ({ ...manifest, id: "../../state/x" }),
        /it says that it is/,
      ],
      [
        "is of the far future",
        ({ manifest }) => ({ ...manifest, snapshotAt: "2999-01-01T00:00:00.000Z" }),
        /future|not of its snapshot's time/,
      ],
      ["has no time", ({ manifest }) => ({ ...manifest, snapshotAt: "soon" }), /snapshotAt/],
      [
        "has a size that is no number",
        ({ manifest }) => ({ ...manifest, databaseBytes: "1; rm -rf /" }),
        /databaseBytes/,
      ],
      [
        "has roles that are no list",
        ({ manifest }) => ({ ...manifest, roles: { length: 1e9 } }),
        /roles/,
      ],
    ];
    for (const [title, change, reason] of cases)
      it(title, async () => {
        const copy = await plant("manifests", change);
        await doesNotCount(copy.id, manifestOf(copy), reason);
      });
  });

  describe("what is no evidence at all stops nothing:", () => {
    const deep = 200_000;
    const nothing: [title: string, text: () => string | Buffer, reason: RegExp][] = [
      ["no JSON", () => "not { JSON", /no JSON/],
      ["an empty file", () => "", /no JSON/],
      ["null", () => "null", /no signed envelope/],
      ["a list", () => "[]", /no signed envelope/],
      ["bytes", () => Buffer.from([0, 255, 254, 0, 128]), /no JSON/],
      [
        "JSON 200,000 deep",
        () => "[".repeat(deep) + "]".repeat(deep),
        /no signed envelope|no JSON/,
      ],
      [
        "a signed payload 200,000 deep",
        () => evidence(stage, `{"a":`.repeat(deep) + "1" + "}".repeat(deep), "manifests"),
        /payload|no JSON/,
      ],
      ["JSON of 40 MB", () => `{"payload":"${"A".repeat(40e6)}"}`, /more than any evidence has/],
      [
        "a thousand signatures",
        () =>
          JSON.stringify({
            payloadType: payloadTypes.manifest,
            payload: "e30=",
            signatures: Array(1000).fill({ sig: "MEUCIQ==" }),
          }),
        /no signed envelope/,
      ],
      [
        "a prototype",
        () => `{"__proto__": {"payload": "e30="}, "constructor": {"prototype": {}}}`,
        /no signed envelope/,
      ],
    ];
    for (const [title, text, reason] of nothing)
      it(title, async () => {
        const { id, folder } = await copied(stage, newest);
        const key = `${folder}manifest.json`;
        await stage.write(key, text());
        await doesNotCount(id, key, reason);
      });
  });

  it("role names that no server can have, signed: refused by name, and nothing hangs", async () => {
    const copy = await plant("manifests", ({ manifest }) => ({
      ...manifest,
      roles: Array.isArray(manifest.roles)
        ? [...manifest.roles, { ...manifest.roles[0]!, name: "nul\u0000role" }]
        : manifest.roles,
    }));
    const { code, error } = await stage.verify("--backup", copy.id);
    assert.notEqual(code, 0, "it verified");
    assert.match(error, /nul|invalid|no signed one|role|name/i);
  });
});
