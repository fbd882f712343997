import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { preAuthenticationEncoding, seal, unseal } from "../../../images/backup/dsse";
import { NotSigned, Untrusted } from "../../../images/backup/errors";

const type = "application/vnd.mini-xdr.backup-manifest+json";
const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const other = generateKeyPairSync("ec", { namedCurve: "P-256" });

function sealed(payload: Buffer, payloadType = type, key: KeyObject = pair.privateKey): string {
  const sig = sign("sha256", preAuthenticationEncoding(payloadType, payload), key);
  return seal(payloadType, payload, { keyid: "arn:aws:kms:eu-central-1:1:key/one", sig });
}

describe("DSSE envelopes", () => {
  // secure-systems-lab/dsse, protocol.md, "Test Vectors".
  const vector = {
    payloadType: "http://example.com/HelloWorld",
    payload: "aGVsbG8gd29ybGQ=",
    // Raw r and s, which the specification's example has; KMS answers in DER.
    sig: "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==",
    x: 46950820868899156662930047687818585632848591499744589407958293238635476079160n,
    y: 5640078356564379163099075877009565129882514886557779369047442380624545832820n,
  };

  it("encode as the specification's example", () => {
    const encoded = preAuthenticationEncoding(vector.payloadType, Buffer.from("hello world"));
    assert.equal(encoded.toString(), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("open the specification's own envelope, its signature written in DER", () => {
    const coordinate = (value: bigint) =>
      Buffer.from(value.toString(16).padStart(64, "0"), "hex").toString("base64url");
    const jwk = { kty: "EC", crv: "P-256", x: coordinate(vector.x), y: coordinate(vector.y) };
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const { payload, payloadType, sig } = vector;
    const signature = der(Buffer.from(sig, "base64")).toString("base64");
    const text = JSON.stringify({ payload, payloadType, signatures: [{ sig: signature }] });
    assert.equal(unseal(text, payloadType, key).toString(), "hello world");
  });

  it("give back any payload of any length, and no other", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const payload = Buffer.from(bytes);
        assert.deepEqual(unseal(sealed(payload), type, pair.publicKey), payload);
      }),
      { numRuns: 50 },
    );
  });

  it("tell apart type and payload wherever the line between them is", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (a, b, c, d) => {
        const same = (one: Buffer, two: Buffer) => one.equals(two);
        const [one, two] = [
          preAuthenticationEncoding(a, Buffer.from(b)),
          preAuthenticationEncoding(c, Buffer.from(d)),
        ];
        assert.equal(same(one, two), a === c && b === d);
      }),
    );
  });

  it("are refused when any bit of payload, type or signature is another", () => {
    const text = sealed(Buffer.from('{"id":"one"}'));
    const envelope = JSON.parse(text) as {
      payload: string;
      payloadType: string;
      signatures: { sig: string }[];
    };
    const flipped = (base64: string, bit: number) => {
      const bytes = Buffer.from(base64, "base64");
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      return bytes.toString("base64");
    };
    const { payload, signatures } = envelope;
    const bits = (base64: string) => Buffer.from(base64, "base64").length * 8;
    for (let bit = 0; bit < bits(payload); bit += 1)
      refused({ ...envelope, payload: flipped(payload, bit) });
    const { sig } = signatures[0]!;
    for (let bit = 0; bit < bits(sig); bit += 1)
      refused({ ...envelope, signatures: [{ sig: flipped(sig, bit) }] });
    refused({ ...envelope, payloadType: `${type}2` });
  });

  it("are refused under another key, whatever keyid they name, and as another type", () => {
    const payload = Buffer.from("{}");
    assert.throws(
      () => unseal(sealed(payload, type, other.privateKey), type, pair.publicKey),
      /no signature in it is by the key/,
    );
    assert.throws(
      () => unseal(sealed(payload, "application/json"), type, pair.publicKey),
      /it is signed as application\/json, not as/,
    );
  });

  it("take one good signature among others, and not any number of them", () => {
    const payload = Buffer.from("{}");
    const envelope = JSON.parse(sealed(payload)) as { signatures: object[] };
    const bad = { keyid: "x", sig: "AAAA" };
    const signatures = [bad, ...envelope.signatures];
    const text = JSON.stringify({ ...envelope, signatures });
    assert.deepEqual(unseal(text, type, pair.publicKey), payload);
    refused({ ...envelope, signatures: Array.from({ length: 5 }, () => signatures[1]) });
    refused({ ...envelope, signatures: [] });
  });

  it("of any other shape are no envelopes, and never another error", () => {
    const shapes = fc.oneof(
      fc.jsonValue(),
      fc.record({
        payloadType: fc.jsonValue(),
        payload: fc.jsonValue(),
        signatures: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          shapes.map((value) => JSON.stringify(value)),
          fc.string(),
        ),
        (text) => {
          assert.throws(() => unseal(text, type, pair.publicKey), Untrusted);
        },
      ),
    );
    assert.throws(() => unseal('{"version":1,"id":"x"}', type, pair.publicKey), NotSigned);
  });

  function refused(envelope: object): void {
    assert.throws(() => unseal(JSON.stringify(envelope), type, pair.publicKey), Untrusted);
  }
});

/** Two integers of 32 bytes as DER (RFC 3279, 2.2.3). */
function der(raw: Buffer): Buffer {
  const integer = (bytes: Buffer) => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const value = bytes.subarray(first);
    const body = value[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), value]) : value;
    return Buffer.concat([Buffer.from([2, body.length]), body]);
  };
  const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}
