/** One sample of Prometheus's text format. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What a scrape says: the declared types by family, and all samples. */
export interface Exposition {
  types: Map<string, string>;
  samples: Sample[];
  /** Lines that are neither. */
  strange: string[];
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g;

/** Reads Prometheus's text format 0.0.4. */
export function readExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const strange: string[] = [];
  for (const row of text.split("\n").filter(Boolean)) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(row);
    if (type) types.set(type[1]!, type[2]!);
    if (row.startsWith("#")) continue;
    const [, name, labels = "", value] = line.exec(row) ?? [];
    if (!name) strange.push(row);
    else
      samples.push({
        name,
        labels: Object.fromEntries([...labels.matchAll(label)].map(([, key, of]) => [key, of])),
        value: Number(value),
      });
  }
  return { types, samples, strange };
}
