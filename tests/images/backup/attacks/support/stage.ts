import assert from "node:assert/strict";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { Moto } from "../../../../../rehearsal/aws/moto";
import { SigningKeys } from "../../../../../rehearsal/aws/signing-keys";
import { freePorts } from "../../../../../rehearsal/receivers/free-ports";
import { isParted } from "../../support/checkout";
import { removeFolders } from "../../support/folder";
import { runJob, startJob, type Ended } from "../../support/job";
import { LiveDatabase } from "../../support/live-database";
import { plannedVault } from "../../support/planned-vault";
import { verified, type OnScratch } from "../../support/verified";
import { Marker } from "./marker";

/**
 * A stack's database, vault and keys, and its jobs, each with what its pod has. By BACKUP_CHECKOUT
 * they are an older checkout's, whose manifests nobody signs.
 */
export class Stage {
  private constructor(
    readonly cloud: Moto,
    readonly keys: SigningKeys,
    readonly live: LiveDatabase,
    readonly marker: Marker,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<Stage> {
    const cloud = await Moto.start(await plannedVault());
    const keys = await SigningKeys.start();
    const live = await LiveDatabase.start(settings);
    const stage = new Stage(cloud, keys, live, await Marker.make());
    await stage.fill();
    return stage;
  }

  async stop(): Promise<void> {
    await Promise.all([this.cloud.stop(), this.keys.stop(), this.live.stop()]);
    await removeFolders();
  }

  /** The marker's command works, and shows what it sees: else its absence would prove nothing. */
  async requireMarkerWorks(): Promise<void> {
    await this.live.query(this.marker.statement);
    assert.match((await this.marker.seen()) ?? "", /^PG_?\w*=|^PWD=/m);
    await this.marker.clear();
  }

  /** Another database of the same shape, with nothing of the tests before in it. */
  async freshDatabase(): Promise<void> {
    await this.live.renew();
    await this.fill();
    await this.marker.clear();
  }

  private async fill(): Promise<void> {
    await this.live.as(
      "minixdr_migrations",
      `CREATE TABLE minixdr.events (id int PRIMARY KEY, body text);
       INSERT INTO minixdr.events SELECT i, md5(i::text) FROM generate_series(1, 100) i`,
    );
  }

  /** What a job has that logs in with this role. */
  environment(role: "backup" | "restore"): NodeJS.ProcessEnv {
    const login = role === "restore" && !isParted ? "master" : role;
    return {
      ...this.cloud.environment(),
      ...this.keys.environment,
      ...this.live.environment(login),
    };
  }

  dump(more: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return runJob(["dump"], { ...this.environment("backup"), ...more });
  }

  /** The newest backup, or another, restored and compared by itself. */
  verify(...args: string[]): Promise<OnScratch> {
    return verified(["verify", ...args], this.environment("backup"));
  }

  /** The same in another environment. */
  verifyIn(more: NodeJS.ProcessEnv, ...args: string[]): Promise<OnScratch> {
    return verified(["verify", ...args], { ...this.environment("backup"), ...more });
  }

  /** Into a new database on the live server. */
  restore(database: string, ...args: string[]): Promise<Ended> {
    return this.restoreIn({}, database, ...args);
  }

  /** The same in another environment. */
  restoreIn(more: NodeJS.ProcessEnv, database: string, ...args: string[]): Promise<Ended> {
    const env = { ...this.environment("restore"), ...more };
    return runJob(["restore", "--database", database, ...args], env);
  }

  prune(more: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return runJob(["prune"], { ...this.environment("backup"), ...more });
  }

  list(): Promise<Ended> {
    return runJob(["list"], this.environment("backup"));
  }

  /** A dump that has to succeed, by its id. */
  async dumped(): Promise<{ id: string; tier: string; folder: string }> {
    const ended = await this.dump();
    assert.equal(ended.code, 0, ended.error);
    const { id, tier } = ended.lines.find(({ message }) => message === "dumping")!;
    return { id: String(id), tier: String(tier), folder: `${String(tier)}/${String(id)}/` };
  }

  /** What the exporter serves, by name and labels as Prometheus writes them. */
  async figures(more: NodeJS.ProcessEnv = {}): Promise<Map<string, number>> {
    const [port] = await freePorts(1);
    const env = { ...this.environment("backup"), ...more };
    const job = await startJob(["exporter", "--port", String(port)], env);
    await job.said("serving metrics");
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    job.child.kill("SIGTERM");
    assert.equal((await job.done).code, 0);
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(
      samples.map((line) => {
        const space = line.lastIndexOf(" ");
        return [line.slice(0, space).replace("minixdr_backup_", ""), Number(line.slice(space + 1))];
      }),
    );
  }

  async read(key: string): Promise<Buffer> {
    const { Body } = await this.cloud.s3.send(
      new GetObjectCommand({ Bucket: this.cloud.bucket, Key: key }),
    );
    return Buffer.from(await Body!.transformToByteArray());
  }

  /** Stores an object as somebody who may write to the vault. Returns its version. */
  async write(key: string, body: string | Buffer): Promise<string> {
    const { VersionId } = await this.cloud.s3.send(
      new PutObjectCommand({
        Bucket: this.cloud.bucket,
        Key: key,
        Body: body,
        ServerSideEncryption: "aws:kms",
        SSEKMSKeyId: this.cloud.kmsKey,
      }),
    );
    return VersionId!;
  }

  async keysBelow(prefix: string): Promise<string[]> {
    const { Contents = [] } = await this.cloud.s3.send(
      new ListObjectsV2Command({ Bucket: this.cloud.bucket, Prefix: prefix }),
    );
    return Contents.map(({ Key }) => Key!);
  }
}
