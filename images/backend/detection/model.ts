import { Type, type Static } from "typebox";
import { Event, severities } from "../events";

const SeverityName = Type.Enum(severities);

const Rule = Type.Object({
  id: Type.String({ pattern: "^[a-z-]{1,40}$" }),
  title: Type.String(),
  severity: SeverityName,
  /** OCSF classes; absent: all. */
  classes: Type.Optional(Type.Array(Type.Integer())),
  minimumSeverity: Type.Optional(Type.Integer()),
  /** One of them must be in the message, in lower case. */
  words: Type.Array(Type.String(), { minItems: 1 }),
});

/** A detection model, as its artifact has it. */
export const ModelFile = Type.Object({
  name: Type.String(),
  version: Type.String(),
  /** Findings of one rule about one entity within so many seconds are one incident. */
  windowSeconds: Type.Integer({ minimum: 1 }),
  bias: Type.Number(),
  /** Probability from which an event that no rule knows is an anomaly. */
  threshold: Type.Number({ minimum: 0, maximum: 1 }),
  weights: Type.Record(Type.String(), Type.Number()),
  rules: Type.Array(Rule),
  /** What the model must find in these; it is not served otherwise. */
  examples: Type.Array(
    Type.Object({ event: Event, rule: Type.Union([Type.String(), Type.Null()]) }),
    { minItems: 1 },
  ),
});
export type Model = Static<typeof ModelFile>;
