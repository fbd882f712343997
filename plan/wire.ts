import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { secretMark, unknownMark, type Path } from "./plan";

/** A value as the SDK sends it to an engine: JSON, with secrets and references as marked objects. */
export type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire };

/** A value for a plan, and the paths in it that are unknown. */
interface Opened {
  value: unknown;
  unknowns: Path[];
}

/** Turns what the SDK sends into what a plan shows: secrets sealed, unknowns and references named. */
export function open(wire: Wire): Opened {
  const unknowns: Path[] = [];
  return { value: visit(wire, [], unknowns), unknowns };
}

/** Marks a value as secret, the way the SDK does. */
export function seal(value: Wire): Wire {
  if (isMarked(value) && value[rpc.specialSigKey] === rpc.specialSecretSig) return value;
  return { [rpc.specialSigKey]: rpc.specialSecretSig, value };
}

/**
 * The same secret, but with open keys. The SDK seals the data of a Kubernetes Secret as a whole;
 * its keys are names that pods refer to, and only its values are secret.
 */
export function sealValues(wire: Wire | undefined): Wire | undefined {
  if (wire === undefined || !isMarked(wire)) return wire;
  const data = wire.value ?? null;
  if (data === null || typeof data !== "object" || Array.isArray(data) || isMarked(data))
    return wire;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, seal(value as Wire)]));
}

function visit(wire: Wire, path: Path, unknowns: Path[]): unknown {
  if (wire === rpc.unknownValue) {
    unknowns.push(path);
    return unknownMark;
  }
  if (Array.isArray(wire))
    return wire.map((item, index) => visit(item, [...path, index], unknowns));
  if (wire === null || typeof wire !== "object") return wire;
  if (isMarked(wire)) return marked(wire, path, unknowns);
  return Object.fromEntries(
    Object.keys(wire)
      .sort()
      .map((key) => [key, visit(wire[key]!, [...path, key], unknowns)]),
  );
}

function marked(wire: Record<string, Wire>, path: Path, unknowns: Path[]): unknown {
  switch (wire[rpc.specialSigKey]) {
    case rpc.specialSecretSig:
      // Visited for its unknowns alone.
      visit(wire.value ?? null, path, unknowns);
      return secretMark;
    case rpc.specialResourceSig:
      return wire.urn;
    default:
      return wire;
  }
}

function isMarked(wire: Wire): wire is Record<string, Wire> {
  return wire !== null && typeof wire === "object" && rpc.specialSigKey in wire;
}
