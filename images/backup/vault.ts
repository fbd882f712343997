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
  type S3ServiceException,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { BadBackup } from "./errors";
import type { Progress } from "./log";
import type { StoredFile } from "./manifest";
import { PartChecksums } from "./part-checksums";

const mebibyte = 1024 ** 2;
/** S3 takes at most 10,000 parts; some are left for a dump that is larger than its database. */
const mostParts = 9000;

/** An object as the vault lists it. */
export interface Listed {
  key: string;
  /** Of its last change, ms. */
  modified: number;
  bytes: number;
  /** Another content has another. */
  etag: string;
}

/** How an object is stored. */
export interface PutOptions {
  /** Nobody may delete this version before, in compliance mode. Absent: the bucket's own default. */
  lockedUntil?: Date;
  /** Writes over what is there; else that is refused. */
  replace?: boolean;
}

interface UploadOptions extends PutOptions {
  expectedBytes?: number;
  progress?: Progress;
  signal?: AbortSignal;
}

/** There is an object of that name already, and nothing was written over it. */
export class AlreadyStored extends Error {
  override readonly name = "AlreadyStored";
}

/**
 * The bucket of backups. It adds, reads and tags; only the bucket's lifecycle deletes. Each method
 * says what it needs, as every job may do only its own part.
 */
export class Vault {
  private readonly s3: S3Client;

  constructor(
    readonly bucket: string,
    /** ARN of the key that encrypts every object. */
    private readonly kmsKey: string,
  ) {
    this.s3 = new S3Client({ maxAttempts: 5 });
  }

  /**
   * Streams an object in parts of which three are in memory at a time. It exists only once the
   * stream has ended well; what a broken one has sent is taken back. That it is whole is known by
   * S3's own checksum over all parts, so it is not read back: s3:PutObject and s3:ListBucket are
   * enough, with s3:PutObjectRetention for a lock.
   *
   * @param expectedBytes sets the parts' size: 16 MiB up to 140 GiB.
   * @throws AlreadyStored
   */
  async upload(
    key: string,
    body: Readable,
    { expectedBytes = 0, progress, signal, ...put }: UploadOptions = {},
  ): Promise<StoredFile> {
    const partSize = Math.max(16 * mebibyte, Math.ceil(expectedBytes / mostParts));
    const checksums = new PartChecksums(partSize);
    const counted = new Counter(progress, checksums);
    const upload = new Upload({
      client: this.s3,
      params: { ...this.object(key, put), Body: counted, ChecksumAlgorithm: "CRC32" },
      partSize,
      queueSize: 2,
    });
    const abort = () => counted.destroy(signal!.reason as Error);
    signal?.addEventListener("abort", abort, { once: true });
    let answer: Answer;
    try {
      // Either may fail first; both have to end before the error goes on, so that nothing is left.
      const results = await Promise.allSettled([
        upload.done().catch((error: Error) => {
          // A stream that broke is the cause itself; else the network or S3 is.
          const cause = body.errored ?? failed(key, error);
          body.destroy(cause);
          throw cause;
        }),
        pipeline(body, counted),
      ]);
      const failures = results.filter((result) => result.status === "rejected");
      // The stream's own error says more than the upload's that follows from it.
      if (failures.length > 0) throw failures.at(-1)!.reason;
      answer = (results[0] as PromiseFulfilledResult<Answer>).value;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
    const stored = { key, versionId: this.requireKept(key, answer), ...counted.result() };
    if (answer.ChecksumCRC32 !== checksums.total())
      throw new Error(
        `${key}: S3 holds the checksum ${answer.ChecksumCRC32}, sent was ${checksums.total()}`,
      );
    const [listed] = await this.objects(key);
    if (listed?.bytes !== stored.bytes)
      throw new Error(`${key}: S3 holds ${listed?.bytes} bytes, ${stored.bytes} were sent`);
    return stored;
  }

  /** Stores a small object whole. @throws AlreadyStored */
  async put(key: string, text: string, options: PutOptions = {}): Promise<StoredFile> {
    const body = Buffer.from(text);
    const command = new PutObjectCommand({ ...this.object(key, options), Body: body });
    const answer = await this.s3.send(command).catch((error: Error) => {
      throw failed(key, error);
    });
    return {
      key,
      versionId: this.requireKept(key, answer),
      bytes: body.length,
      sha256: createHash("sha256").update(body).digest("hex"),
    };
  }

  /** The current version of a small object. Needs s3:GetObject. */
  async text(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return Body!.transformToString();
  }

  /**
   * Brings the very version that was stored to a file and compares size and SHA-256; whatever was
   * put over it since is not looked at. In a vault that it was copied into it has another version:
   * there the current one has to be equal. A transfer that went wrong says nothing about what is
   * stored: only S3's own size, or the same wrong content twice, does. Needs s3:GetObject and
   * s3:GetObjectVersion.
   *
   * @throws BadBackup when what is stored is not what was dumped.
   */
  async download(
    { key, versionId, bytes, sha256 }: StoredFile,
    file: string,
    { progress, signal }: { progress?: Progress; signal?: AbortSignal } = {},
  ): Promise<void> {
    const { ContentLength, ...version } = await this.find(key, versionId);
    if (ContentLength !== bytes)
      throw new BadBackup(`${key}: S3 holds ${ContentLength} bytes, ${bytes} were dumped`);
    const first = await this.transfer(version, file, progress, signal);
    if (first.bytes !== bytes)
      throw new Error(`${key}: ${first.bytes} bytes arrived, ${bytes} were dumped; run it again`);
    if (first.sha256 === sha256) return;
    const second = await this.transfer(version, file, undefined, signal);
    if (second.sha256 === sha256) return;
    if (second.sha256 !== first.sha256)
      throw new Error(`${key}: two downloads differ; run it again`);
    throw new BadBackup(`${key}: SHA-256 ${first.sha256}, dumped was ${sha256}`);
  }

  /** A version, or the current one where it never was: S3 answers 404, or 400 to an id of another bucket. */
  private async find(key: string, versionId: string) {
    const current = { Bucket: this.bucket, Key: key };
    const named = { ...current, VersionId: versionId };
    try {
      const { ContentLength } = await this.s3.send(new HeadObjectCommand(named));
      return { ...named, ContentLength };
    } catch (error) {
      const { httpStatusCode } = (error as S3ServiceException).$metadata ?? {};
      if (httpStatusCode !== 404 && httpStatusCode !== 400) throw error;
      const { ContentLength, VersionId } = await this.s3.send(new HeadObjectCommand(current));
      return { ...current, VersionId, ContentLength };
    }
  }

  private async transfer(
    version: { Bucket: string; Key: string; VersionId?: string },
    file: string,
    progress?: Progress,
    signal?: AbortSignal,
  ) {
    const { Body } = await this.s3.send(new GetObjectCommand(version), { abortSignal: signal });
    const counter = new Counter(progress);
    await pipeline(Body as Readable, counter, createWriteStream(file), { signal });
    return counter.result();
  }

  /** What is below a prefix: current versions only. Needs s3:ListBucket. */
  async objects(prefix: string): Promise<Listed[]> {
    const found: Listed[] = [];
    const pages = paginateListObjectsV2(
      { client: this.s3 },
      { Bucket: this.bucket, Prefix: prefix },
    );
    for await (const { Contents = [] } of pages)
      for (const { Key, LastModified, Size, ETag } of Contents)
        found.push({ key: Key!, modified: LastModified!.getTime(), bytes: Size!, etag: ETag! });
    return found;
  }

  /** Lets the bucket's lifecycle delete an object. Needs s3:PutObjectTagging. */
  async markPruned(key: string): Promise<void> {
    const Tagging = { TagSet: [{ Key: "pruned", Value: "true" }] };
    await this.s3.send(new PutObjectTaggingCommand({ Bucket: this.bucket, Key: key, Tagging }));
  }

  /** Needs s3:GetObjectTagging. */
  async isPruned(key: string): Promise<boolean> {
    const { TagSet = [] } = await this.s3.send(
      new GetObjectTaggingCommand({ Bucket: this.bucket, Key: key }),
    );
    return TagSet.some(({ Key, Value }) => Key === "pruned" && Value === "true");
  }

  /** The version that S3 made. @throws when it is none, or not under the vault's key. */
  private requireKept(key: string, answer: Answer): string {
    if (answer.ServerSideEncryption !== "aws:kms" || answer.SSEKMSKeyId !== this.kmsKey)
      throw new Error(
        `${key}: encrypted by ${answer.SSEKMSKeyId ?? "no KMS key"}, not by ${this.kmsKey}`,
      );
    if (!answer.VersionId)
      throw new Error(`${key}: the vault keeps no versions; switch versioning on`);
    return answer.VersionId;
  }

  private object(key: string, { lockedUntil, replace = false }: PutOptions) {
    return {
      Bucket: this.bucket,
      Key: key,
      ServerSideEncryption: "aws:kms" as const,
      SSEKMSKeyId: this.kmsKey,
      BucketKeyEnabled: true,
      ...(replace ? {} : { IfNoneMatch: "*" }),
      ...(lockedUntil && {
        ObjectLockMode: "COMPLIANCE" as const,
        ObjectLockRetainUntilDate: lockedUntil,
      }),
    };
  }
}

/** What S3 says about an object that it has just stored. */
interface Answer {
  VersionId?: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  ChecksumCRC32?: string;
}

/** S3's answer to If-None-Match is 412 (S3 User Guide, "Conditional writes"). */
function failed(key: string, error: Error): Error {
  return error.name === "PreconditionFailed"
    ? new AlreadyStored(`${key}: it is stored already, and nothing is written over`)
    : new Error(`upload of ${key}: ${error.name}: ${error.message}`);
}

/** Passes everything on, and knows its size and SHA-256. */
class Counter extends Transform {
  private readonly hash = createHash("sha256");
  private bytes = 0;

  constructor(
    private readonly progress?: Progress,
    private readonly checksums?: PartChecksums,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    this.checksums?.add(chunk);
    this.bytes += chunk.length;
    this.progress?.add(chunk.length);
    done(null, chunk);
  }

  result(): { bytes: number; sha256: string } {
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
