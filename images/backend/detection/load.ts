import { readFile } from "node:fs/promises";
import { Check } from "typebox/value";
import { detect } from "./detect";
import { ModelFile, type Model } from "./model";
import builtIn from "./model.json";

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
