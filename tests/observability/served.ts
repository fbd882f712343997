import type { Contract } from "./contract";

interface Answer {
  data: Record<string, string>[];
}

/** What a real Prometheus has of these metrics, in the form that queries are held to. */
export async function servedBy(url: string, metrics: string[]): Promise<Contract> {
  const contract: Contract = new Map();
  // Names of metrics need no escaping; histograms are asked by the names of their series.
  const query = new URLSearchParams({ "match[]": `{__name__=~"${metrics.join("|")}"}` });
  const answer = await fetch(`${url}/api/v1/series`, { method: "POST", body: query });
  const { data } = (await answer.json()) as Answer;
  for (const { __name__: name, ...labels } of data) {
    const known = contract.get(name!) ?? new Map<string, Set<string>>();
    contract.set(name!, known);
    for (const [label, value] of Object.entries(labels))
      known.set(label, new Set([...(known.get(label) ?? []), value]));
  }
  return contract;
}
