import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Transform, type Readable, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { BadBackup } from "./errors";
import type { Progress } from "./log";
import {
  folderOf,
  tiers,
  type Backup,
  type Manifest,
  type StoredFile,
  type Verification,
} from "./manifest";

const mebibyte = 1024 ** 2;
/** S3 takes at most 10,000 parts; some are left for a dump that is larger than its database. */
const mostParts = 9000;

/** The bucket of backups. It adds, reads and tags; only the bucket's lifecycle deletes. */
export class Vault {
  private readonly s3: S3Client;
  private readonly manifests = new Map<string, Manifest>();
  private readonly verifications = new Map<string, Verification>();

  constructor(
    readonly bucket: string,
    /** ARN of the key that encrypts every object. */
    private readonly kmsKey: string,
  ) {
    this.s3 = new S3Client({ maxAttempts: 5 });
  }

  /**
   * Streams an object in parts of which three are in memory at a time. It exists only once the
   * stream has ended well; what a broken one has sent is taken back.
   *
   * @param expectedBytes sets the parts' size: 16 MiB up to 140 GiB.
   */
  async upload(
    key: string,
    body: Readable,
    { expectedBytes = 0, progress, signal }: UploadOptions = {},
  ): Promise<StoredFile> {
    const counted = new Counter(progress);
    const upload = new Upload({
      client: this.s3,
      params: {
        Bucket: this.bucket,
        Key: key,
        Body: counted,
        ...this.encryption(),
        ChecksumAlgorithm: "CRC32",
      },
      partSize: Math.max(16 * mebibyte, Math.ceil(expectedBytes / mostParts)),
      queueSize: 2,
    });
    const abort = () => counted.destroy(signal!.reason as Error);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      // Either may fail first; both have to end before the error goes on, so that nothing is left.
      const results = await Promise.allSettled([
        upload.done().catch((error: Error) => {
          // A stream that broke is the cause itself; else the network or S3 is.
          const cause =
            body.errored ?? new Error(`upload of ${key}: ${error.name}: ${error.message}`);
          body.destroy(cause);
          throw cause;
        }),
        pipeline(body, counted),
      ]);
      const failed = results.filter((result) => result.status === "rejected");
      // The stream's own error says more than the upload's that follows from it.
      if (failed.length > 0) throw failed.at(-1)!.reason;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
    const stored = { key, ...counted.result() };
    await this.checkStored(stored);
    return stored;
  }

  /** Stores a small object whole. */
  async put(key: string, text: string): Promise<StoredFile> {
    const body = Buffer.from(text);
    await this.s3.send(
      new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, ...this.encryption() }),
    );
    return { key, bytes: body.length, sha256: createHash("sha256").update(body).digest("hex") };
  }

  async text(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return Body!.transformToString();
  }

  /** The first bytes of an object. */
  async head(key: string, bytes: number): Promise<Buffer> {
    const { Body } = await this.s3.send(
      new GetObjectCommand({ Bucket: this.bucket, Key: key, Range: `bytes=0-${bytes - 1}` }),
    );
    return Buffer.from(await Body!.transformToByteArray());
  }

  /**
   * Brings an object to a file and compares size and SHA-256. A transfer that went wrong says
   * nothing about what is stored: only S3's own size, or the same wrong content twice, does.
   *
   * @throws BadBackup when what is stored is not what was dumped.
   */
  async download(
    { key, bytes, sha256 }: StoredFile,
    file: string,
    { progress, signal }: { progress?: Progress; signal?: AbortSignal } = {},
  ): Promise<void> {
    const stored = await this.s3.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
    if (stored.ContentLength !== bytes)
      throw new BadBackup(`${key}: S3 holds ${stored.ContentLength} bytes, ${bytes} were dumped`);
    const first = await this.transfer(key, file, progress, signal);
    if (first.bytes !== bytes)
      throw new Error(`${key}: ${first.bytes} bytes arrived, ${bytes} were dumped; run it again`);
    if (first.sha256 === sha256) return;
    const second = await this.transfer(key, file, undefined, signal);
    if (second.sha256 === sha256) return;
    if (second.sha256 !== first.sha256)
      throw new Error(`${key}: two downloads differ; run it again`);
    throw new BadBackup(`${key}: SHA-256 ${first.sha256}, dumped was ${sha256}`);
  }

  private async transfer(key: string, file: string, progress?: Progress, signal?: AbortSignal) {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }), {
      abortSignal: signal,
    });
    const counter = new Counter(progress);
    await pipeline(Body as Readable, counter, createWriteStream(file), { signal });
    return counter.result();
  }

  /** Every complete backup, oldest first. What has been read once is not read again. */
  async backups(): Promise<Backup[]> {
    const found: Backup[] = [];
    for (const tier of tiers) {
      const objects = await this.objects(`${tier}/`);
      const manifests = objects.filter(({ key }) => key.endsWith("/manifest.json"));
      await inParallel(manifests, async ({ key }) => {
        const manifest = await this.cached(this.manifests, key, key);
        const verified = `${folderOf(manifest)}verified.json`;
        const stored = objects.find((object) => object.key === verified);
        found.push({
          manifest,
          ...(stored
            ? {
                verification: await this.cached(
                  this.verifications,
                  `${verified} ${stored.modified}`,
                  verified,
                ),
              }
            : {}),
        });
      });
    }
    return found.sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1));
  }

  /** Keys below a prefix, with the time of their last change (ms). */
  async objects(prefix: string): Promise<{ key: string; modified: number }[]> {
    const found = [];
    const pages = paginateListObjectsV2(
      { client: this.s3 },
      { Bucket: this.bucket, Prefix: prefix },
    );
    for await (const { Contents = [] } of pages)
      for (const { Key, LastModified } of Contents)
        found.push({ key: Key!, modified: LastModified!.getTime() });
    return found;
  }

  /** Lets the bucket's lifecycle delete an object. */
  async markPruned(key: string): Promise<void> {
    const Tagging = { TagSet: [{ Key: "pruned", Value: "true" }] };
    await this.s3.send(new PutObjectTaggingCommand({ Bucket: this.bucket, Key: key, Tagging }));
  }

  async isPruned(key: string): Promise<boolean> {
    const { TagSet = [] } = await this.s3.send(
      new GetObjectTaggingCommand({ Bucket: this.bucket, Key: key }),
    );
    return TagSet.some(({ Key, Value }) => Key === "pruned" && Value === "true");
  }

  private async checkStored({ key, bytes }: StoredFile): Promise<void> {
    const stored = await this.s3.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
    if (stored.ContentLength !== bytes)
      throw new Error(`${key}: S3 holds ${stored.ContentLength} bytes, ${bytes} were sent`);
    if (stored.ServerSideEncryption !== "aws:kms" || stored.SSEKMSKeyId !== this.kmsKey)
      throw new Error(
        `${key}: encrypted by ${stored.SSEKMSKeyId ?? "no KMS key"}, not by ${this.kmsKey}`,
      );
  }

  private encryption() {
    return {
      ServerSideEncryption: "aws:kms" as const,
      SSEKMSKeyId: this.kmsKey,
      BucketKeyEnabled: true,
    };
  }

  private async cached<T>(cache: Map<string, T>, as: string, key: string): Promise<T> {
    if (!cache.has(as)) cache.set(as, JSON.parse(await this.text(key)) as T);
    return cache.get(as)!;
  }
}

interface UploadOptions {
  expectedBytes?: number;
  progress?: Progress;
  signal?: AbortSignal;
}

/** Passes everything on, and knows its size and SHA-256. */
class Counter extends Transform {
  private readonly hash = createHash("sha256");
  private bytes = 0;

  constructor(private readonly progress?: Progress) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
    this.progress?.add(chunk.length);
    done(null, chunk);
  }

  result(): Omit<StoredFile, "key"> {
    return { bytes: this.bytes, sha256: this.hash.digest("hex") };
  }
}

/** Eight at a time. */
export async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
