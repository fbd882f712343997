import { hash } from "node:crypto";
import { isIPv4 } from "node:net";
import { severities, type Event, type Severity } from "../events";
import { storable } from "../text";
import type { Model } from "./model";

/** What the model saw in one event. */
export interface Finding {
  rule: string;
  title: string;
  severity: Severity;
  /** Probability of an attack, 0 to 1. */
  score: number;
}

/** Findings of one rule about one entity within one window, as an incident to be made or extended. */
export interface Incident extends Finding {
  id: string;
  entity: string;
  /** Milliseconds. */
  firstSeen: number;
  lastSeen: number;
  /** Events of this batch. */
  events: number;
}

/** Judges one event: the first rule that fits, else the logistic score; undefined when harmless. */
export function detect(model: Model, event: Event): Finding | undefined {
  const message = event.message.toLowerCase();
  const score = probability(model, event, message);
  const rule = model.rules.find(
    ({ classes, minimumSeverity = 0, words }) =>
      (classes?.includes(event.class_uid) ?? true) &&
      event.severity_id >= minimumSeverity &&
      words.some((word) => message.includes(word)),
  );
  if (rule) return { rule: rule.id, title: rule.title, severity: rule.severity, score };
  if (score < model.threshold) return undefined;
  const severity = severities[Math.min(3, Math.max(0, event.severity_id - 2))]!;
  return { rule: "anomaly", title: "Unusual activity", severity, score };
}

/**
 * Correlates a batch: per rule, entity and window one incident. Its id follows from them, so that
 * every process and every repetition means the same one.
 *
 * @returns the incidents by id in ascending order, in which two batches cannot block each other,
 *   and for each event the id of its incident.
 */
export function correlate(
  model: Model,
  organization: string,
  events: readonly Event[],
): { incidents: Incident[]; ofEvent: (string | undefined)[] } {
  const incidents = new Map<string, Incident>();
  const ofEvent = events.map((event) => {
    const finding = detect(model, event);
    if (!finding) return undefined;
    const entity = entityOf(event);
    const window = Math.floor(event.time / (model.windowSeconds * 1000));
    const id = idOf(organization, finding.rule, entity, window);
    const known = incidents.get(id);
    if (!known) {
      const seen = { firstSeen: event.time, lastSeen: event.time, events: 1 };
      incidents.set(id, { id, entity, ...finding, ...seen });
      return id;
    }
    known.events++;
    known.firstSeen = Math.min(known.firstSeen, event.time);
    known.lastSeen = Math.max(known.lastSeen, event.time);
    known.score = Math.max(known.score, finding.score);
    if (severities.indexOf(finding.severity) > severities.indexOf(known.severity))
      known.severity = finding.severity;
    return id;
  });
  return { incidents: [...incidents.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), ofEvent };
}

/** A model's weights by what they look at, taken apart once. */
interface Weights {
  severity: number[];
  classes: Map<number, number>;
  external: number;
  internal: number;
  words: [string, number][];
}
const known = new WeakMap<Model["weights"], Weights>();

function weightsOf(weights: Model["weights"]): Weights {
  let taken = known.get(weights);
  if (!taken) {
    const named = (kind: string) =>
      Object.entries(weights)
        .filter(([feature]) => feature.startsWith(kind))
        .map(([feature, weight]): [string, number] => [feature.slice(kind.length), weight]);
    taken = {
      severity: [0, 1, 2, 3, 4, 5, 6].map((id) => weights[`severity:${id}`] ?? 0),
      classes: new Map(named("class:").map(([uid, weight]) => [Number(uid), weight])),
      external: weights["source:external"] ?? 0,
      internal: weights["destination:internal"] ?? 0,
      words: named("word:"),
    };
    known.set(weights, taken);
  }
  return taken;
}

function probability({ weights, bias }: Model, event: Event, message: string): number {
  const { severity, classes, external, internal, words } = weightsOf(weights);
  let sum = bias + severity[event.severity_id]! + (classes.get(event.class_uid) ?? 0);
  if (event.src_endpoint && !isInternal(event.src_endpoint.ip)) sum += external;
  if (event.dst_endpoint && isInternal(event.dst_endpoint.ip)) sum += internal;
  for (const [word, weight] of words) if (message.includes(word)) sum += weight;
  return 1 / (1 + Math.exp(-sum));
}

/** Whom an incident is about: the user, else the source, else the destination, else the product. */
function entityOf({ actor, src_endpoint, dst_endpoint, metadata }: Event): string {
  if (actor?.user) return storable(`user:${actor.user.name}`);
  const ip = src_endpoint?.ip ?? dst_endpoint?.ip;
  return ip ? `ip:${ip}` : storable(`product:${metadata.product.name}`);
}

function isInternal(ip: string): boolean {
  if (!isIPv4(ip)) return /^(::1$|f[cd]|fe80)/i.test(ip);
  return /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(ip);
}

/** A version 8 UUID (RFC 9562) over what makes the incident. */
function idOf(...parts: (string | number)[]): string {
  const hex = hash("sha256", JSON.stringify(parts), "hex");
  const variant = "89ab"[parseInt(hex[16]!, 16) & 3];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join("-");
}
