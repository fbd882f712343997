import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { PartChecksums } from "../../../images/backup/part-checksums";

function totalOf(partSize: number, chunks: Buffer[]): string {
  const checksums = new PartChecksums(partSize);
  for (const chunk of chunks) checksums.add(chunk);
  return checksums.total();
}

const base64 = (checksum: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(checksum);
  return bytes.toString("base64");
};

describe("S3's checksum of an object of parts", () => {
  it("of one part is its CRC-32: the check value of the algorithm, and of nothing", () => {
    // The catalogue of CRC algorithms: CRC-32/ISO-HDLC of "123456789" is cbf43926.
    assert.equal(totalOf(16, [Buffer.from("123456789")]), base64(0xcbf43926));
    assert.equal(totalOf(16, []), "AAAAAA==");
  });

  it("of several is the CRC-32 of theirs, and their number", () => {
    const parts = [Buffer.from("aaaa"), Buffer.from("bbbb"), Buffer.from("c")];
    const each = Buffer.concat(parts.map((part) => Buffer.from(base64(crc32(part)), "base64")));
    assert.equal(totalOf(4, parts), `${base64(crc32(each))}-3`);
  });

  it("of whole parts has no empty one at the end", () => {
    assert.match(totalOf(4, [Buffer.from("aaaabbbb")]), /-2$/);
    assert.doesNotMatch(totalOf(4, [Buffer.from("aaaa")]), /-/);
  });

  it("does not depend on how the bytes come", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 50 })),
        fc.integer({ min: 1, max: 40 }),
        (bytes, cuts, partSize) => {
          const all = Buffer.from(bytes);
          const chunks: Buffer[] = [];
          let from = 0;
          for (const cut of cuts) {
            chunks.push(all.subarray(from, from + cut));
            from += cut;
          }
          chunks.push(all.subarray(from));
          assert.equal(totalOf(partSize, chunks), totalOf(partSize, [all]));
        },
      ),
    );
  });
});
