import { readFile } from "node:fs/promises";
import { Type, type Static } from "typebox";
import { Check } from "typebox/value";
import { Event, severities } from "../events";
import { detect } from "./detect";
import builtIn from "./model.json";

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

const ModelFile = Type.Object({
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

/**
 * Loads the detection model: a file, or by default the one in the bundle.
 *
 * @throws when it is no model, or does not find in its own examples what it says it does.
 */
export async function loadModel(file?: string): Promise<Model> {
  const content: unknown = file ? JSON.parse(await readFile(file, "utf8")) : builtIn;
  if (!Check(ModelFile, content)) throw new Error(`${file ?? "the built-in model"}: not a model`);
  for (const { event, rule } of content.examples) {
    const found = detect(content, event)?.rule ?? null;
    if (found !== rule)
      throw new Error(
        `model ${content.version}: finds ${found} in example ${event.metadata.uid}, not ${rule}`,
      );
  }
  return content;
}
