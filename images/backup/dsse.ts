import { verify, type KeyObject } from "node:crypto";
import { NotSigned, Untrusted } from "./errors";

/** A signed payload (secure-systems-lab/dsse, envelope.md, version 1.0.0). */
interface Envelope {
  payloadType: string;
  /** Base64. */
  payload: string;
  signatures: { keyid?: string; sig: string }[];
}

/**
 * What is signed: type and payload with their lengths, so that neither can be taken for a part of
 * the other (secure-systems-lab/dsse, protocol.md, "PAE").
 */
export function preAuthenticationEncoding(payloadType: string, payload: Buffer): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/** An envelope as text. `keyid` tells a reader which key to ask for; nobody decides by it. */
export function seal(
  payloadType: string,
  payload: Buffer,
  { keyid, sig }: { keyid: string; sig: Buffer },
): string {
  const envelope: Envelope = {
    payloadType,
    payload: payload.toString("base64"),
    signatures: [{ keyid, sig: sig.toString("base64") }],
  };
  return `${JSON.stringify(envelope)}\n`;
}

/**
 * The payload of an envelope, if one of its signatures is by `key`: ECDSA with SHA-256, DER as KMS
 * answers. Nothing of the payload is read before.
 *
 * @throws Untrusted when it is no envelope, is of another type, or no signature is good.
 */
export function unseal(text: string, payloadType: string, key: KeyObject): Buffer {
  const { payloadType: found, payload, signatures } = parse(text);
  const body = Buffer.from(payload, "base64");
  const signed = preAuthenticationEncoding(found, body);
  const isBy = ({ sig }: Envelope["signatures"][number]) =>
    verify("sha256", signed, { key, dsaEncoding: "der" }, Buffer.from(sig, "base64"));
  if (!signatures.some(isBy))
    throw new Untrusted("no signature in it is by the key that has to sign");
  if (found !== payloadType) throw new Untrusted(`it is signed as ${found}, not as ${payloadType}`);
  return body;
}

/** Each signature costs a check, so an envelope may not have any number of them. */
const mostSignatures = 4;

function parse(text: string): Envelope {
  let envelope: Partial<Envelope> | null;
  try {
    envelope = JSON.parse(text) as Partial<Envelope> | null;
  } catch {
    throw new NotSigned("it is no signed envelope: no JSON");
  }
  const { payloadType, payload, signatures } = envelope ?? {};
  if (
    typeof payloadType !== "string" ||
    typeof payload !== "string" ||
    !Array.isArray(signatures) ||
    signatures.length > mostSignatures ||
    !signatures.every((one) => typeof (one as { sig?: unknown } | null)?.sig === "string")
  )
    throw new NotSigned("it is no signed envelope: payloadType, payload and signatures are wanted");
  return { payloadType, payload, signatures };
}
