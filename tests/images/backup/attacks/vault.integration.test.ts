import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { DeleteObjectCommand, PutObjectTaggingCommand } from "@aws-sdk/client-s3";
import { needTools, skipLoudly } from "../../../support/need-tools";
import { isParted } from "../support/checkout";
import { deny, FaultyProxy } from "../support/faulty-proxy";
import { Stage } from "./support/stage";

describe("the vault: what one right alone can do to it is seen, and undoes nothing", function () {
  this.timeout(240_000);
  let stage: Stage;

  beforeEach(async function () {
    await needTools(this, ["postgres", "moto_server"]);
    this.timeout(240_000);
    stage = await Stage.start();
    for (let made = 0; made < 3; made += 1) await stage.dumped();
    const { code, error } = await stage.verify();
    assert.equal(code, 0, error);
  });
  afterEach(() => stage?.stop());

  const dumps = async () =>
    (await stage.keysBelow("")).filter((key) => /^(daily|weekly|monthly)\//.test(key));

  it("every object tagged as pruned: the figures fall, and what is there still restores", async () => {
    const before = await stage.figures();
    const Tagging = { TagSet: [{ Key: "pruned", Value: "true" }] };
    const keys = await dumps();
    assert.ok(keys.length >= 9);
    for (const Key of keys)
      await stage.cloud.s3.send(
        new PutObjectTaggingCommand({ Bucket: stage.cloud.bucket, Key, Tagging }),
      );
    const after = await stage.figures();
    const moved = [...after].filter(
      ([name, value]) => !/age|seconds/.test(name) && before.get(name) !== value,
    );
    assert.notDeepEqual(moved, [], "the attack succeeded: no figure moved");
    assert.ok(after.get("tagged_out_of_turn")! >= 1);
    assert.ok(after.get("below_promise")! >= 3, "a day, a week and a month");
    assert.equal(after.get('restorable{tier="monthly"}'), 0);
    const { code, error } = await stage.restore("restored");
    assert.equal(code, 0, error);
    const pruned = await stage.prune();
    assert.equal(pruned.code, 1, "it prunes on");
  });

  it("backups that are deleted are missed, as later ones have seen them", async () => {
    const manifests = (await dumps()).filter((key) => key.endsWith("/manifest.json")).sort();
    const oldest = manifests.find((key) => key.startsWith("monthly/"))!;
    const folder = oldest.replace("manifest.json", "");
    for (const Key of await stage.keysBelow(folder))
      await stage.cloud.s3.send(new DeleteObjectCommand({ Bucket: stage.cloud.bucket, Key }));
    assert.deepEqual(await stage.keysBelow(folder), []);
    const figures = await stage.figures();
    assert.equal(figures.get("vanished"), 1, "the attack succeeded: nobody misses it");
  });

  it("a dump that is written over still restores, as the version that was signed", async () => {
    for (const key of (await dumps()).filter((key) => key.endsWith("/database.dump")))
      await stage.write(key, "overwritten");
    const verified = await stage.verify();
    assert.equal(verified.code, 0, `the attack succeeded: ${verified.error}`);
    const { code, error } = await stage.restore("restored");
    assert.equal(code, 0, error);
  });

  it("each job succeeds with its own identity's rights, and asks S3 for nothing else", async function () {
    if (!isParted) return skipLoudly(this, "older jobs share one identity");
    const refused: string[] = [];
    /** Lets pass what the job may do, and nothing else. */
    const only =
      (rights: RegExp[]) => (incoming: IncomingMessage, response: Parameters<typeof deny>[0]) => {
        const asked = rightOf(incoming, stage.cloud.bucket);
        if (rights.some((right) => right.test(asked))) return false;
        refused.push(asked);
        return deny(response, asked);
      };
    const tiers = "(daily|weekly|monthly)/[^/]+/";
    const list = /^ListBucket /;
    const jobs: [
      job: string,
      rights: RegExp[],
      run: (more: NodeJS.ProcessEnv) => Promise<{ code: number | null; error: string }>,
    ][] = [
      [
        "dump",
        [
          list,
          new RegExp(
            `^(PutObject|AbortMultipartUpload) ${tiers}(database\\.dump|database\\.dump\\.sha256|manifest\\.json)$`,
          ),
          /^PutObject state\/runs\/dump\.json$/,
        ],
        (more) => stage.dump(more),
      ],
      [
        "verify",
        [
          list,
          new RegExp(`^GetObject(Version)? ${tiers}`),
          new RegExp(`^PutObject ${tiers}verified\\.json$`),
          /^PutObject state\/runs\/verify\.json$/,
        ],
        (more) => stage.verifyIn(more),
      ],
      [
        "prune",
        [
          list,
          new RegExp(`^GetObject ${tiers}(manifest|verified)\\.json$`),
          new RegExp(`^(Get|Put)ObjectTagging ${tiers}`),
          /^PutObject state\/runs\/prune\.json$/,
        ],
        (more) => stage.prune(more),
      ],
      [
        "restore",
        [list, new RegExp(`^GetObject(Version)? ${tiers}`)],
        (more) => stage.restoreIn(more, "restored"),
      ],
      [
        "exporter",
        [
          list,
          new RegExp(`^GetObject ${tiers}(manifest|verified)\\.json$`),
          /^GetObject state\/(runs|drills)\//,
          new RegExp(`^GetObjectTagging ${tiers}`),
        ],
        async (more) => ({ code: (await stage.figures(more)).size > 0 ? 0 : 1, error: "" }),
      ],
    ];
    const proxy = await FaultyProxy.start(stage.cloud.endpoint);
    try {
      for (const [job, rights, run] of jobs) {
        proxy.fault = only(rights);
        const { code, error } = await run({ AWS_ENDPOINT_URL_S3: proxy.endpoint });
        assert.deepEqual(refused, [], job);
        assert.equal(code, 0, `${job}: ${error}`);
      }
      // The check is able to fail: a dump with a verification's rights.
      proxy.fault = only(jobs[1]![1]);
      assert.equal((await stage.dump({ AWS_ENDPOINT_URL_S3: proxy.endpoint })).code, 1);
      assert.notDeepEqual(refused, []);
    } finally {
      await proxy.stop();
    }
  });
});

/** The right that a request to S3 needs, and its key (Service Authorization Reference, Amazon S3). */
function rightOf({ method, url }: IncomingMessage, bucket: string): string {
  const { pathname, searchParams: query } = new URL(url!, "http://s3");
  const key = decodeURIComponent(pathname).replace(`/${bucket}`, "").replace(/^\//, "");
  if (key === "") return `ListBucket ${query.get("prefix")}`;
  const tagging = query.has("tagging") ? "Tagging" : "";
  const version = query.has("versionId") ? "Version" : "";
  if (method === "GET" || method === "HEAD") return `GetObject${version}${tagging} ${key}`;
  if (method === "DELETE")
    return `${query.has("uploadId") ? "AbortMultipartUpload" : `DeleteObject${version}`} ${key}`;
  return `PutObject${tagging} ${key}`;
}
