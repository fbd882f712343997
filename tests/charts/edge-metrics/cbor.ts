/** What CBOR can say here (RFC 8949), as far as AWS's SDKs use it: no bytes, nothing of open length. */
export type Cbor = number | string | boolean | null | Cbor[] | { [key: string]: Cbor } | Date;

export function encode(value: Cbor): Buffer {
  if (typeof value === "string")
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === "number") return float(value);
  if (value instanceof Date) return Buffer.concat([head(6, 1), float(value.getTime() / 1000)]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)]);
  if (value === null || typeof value === "boolean")
    return Buffer.from([value === null ? 0xf6 : value ? 0xf5 : 0xf4]);
  const entries = Object.entries(value);
  return Buffer.concat([head(5, entries.length), ...entries.flatMap((entry) => entry.map(encode))]);
}

export function decode(bytes: Buffer): Cbor {
  let at = 0;
  const text = (length: number) => bytes.toString("utf8", at, (at += length));
  const next = (): Cbor => {
    const first = bytes[at++]!;
    const [kind, info] = [first >> 5, first & 31];
    if (kind === 7) return simple(info);
    const count = argument(info);
    if (kind === 0) return count;
    if (kind === 1) return -1 - count;
    if (kind === 3) return text(count);
    if (kind === 4) return Array.from({ length: count }, next);
    if (kind === 5)
      return Object.fromEntries(Array.from({ length: count }, () => [next(), next()]));
    if (kind === 6) return new Date(Number(next()) * 1000);
    throw new Error(`CBOR of kind ${kind}`);
  };
  const simple = (info: number): Cbor => {
    if (info >= 20 && info <= 22) return [false, true, null][info - 20]!;
    if (info === 26) return bytes.readFloatBE((at += 4) - 4);
    if (info === 27) return bytes.readDoubleBE((at += 8) - 8);
    throw new Error(`CBOR's simple value ${info}`);
  };
  const argument = (info: number): number => {
    if (info < 24) return info;
    const size = 2 ** (info - 24);
    if (size > 8) throw new Error("CBOR of open length");
    at += size;
    return size === 8 ? Number(bytes.readBigUInt64BE(at - 8)) : bytes.readUIntBE(at - size, size);
  };
  return next();
}

function head(kind: number, count: number): Buffer {
  if (count < 24) return Buffer.from([(kind << 5) | count]);
  const bytes = Buffer.alloc(5, (kind << 5) | 26);
  bytes.writeUInt32BE(count, 1);
  return bytes;
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
