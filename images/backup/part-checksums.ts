import { crc32 } from "node:zlib";

/**
 * The checksum that S3 answers for an object of parts: each part's CRC-32, and of all of them one
 * CRC-32 more, `BASE64-PARTS` (S3 User Guide, "Checking object integrity", composite checksums). An
 * object that is stored whole has its own, `BASE64`.
 */
export class PartChecksums {
  private readonly ended: number[] = [];
  private current = 0;
  private inCurrent = 0;

  /** @param partSize bytes of every part but the last. */
  constructor(private readonly partSize: number) {}

  add(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      // A part ends only when something follows it.
      if (this.inCurrent === this.partSize) this.end();
      const taken = rest.subarray(0, this.partSize - this.inCurrent);
      this.current = crc32(taken, this.current);
      this.inCurrent += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  /** Of everything so far, as S3 writes it. */
  total(): string {
    if (this.ended.length === 0) return bytesOf(this.current).toString("base64");
    const all = [...this.ended, this.current];
    const composite = crc32(Buffer.concat(all.map(bytesOf)));
    return `${bytesOf(composite).toString("base64")}-${all.length}`;
  }

  private end(): void {
    this.ended.push(this.current);
    this.current = 0;
    this.inCurrent = 0;
  }
}

function bytesOf(checksum: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(checksum);
  return bytes;
}
