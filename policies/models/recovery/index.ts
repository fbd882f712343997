import { remembered, type Model } from "../line";
import { byDumps, byPointInTime, configuration } from "./database";
import type { Question } from "./links";
import { dashboards, images, keys, metrics, objects, pulumiState, secrets } from "./others";

/** From what each datum is restored, how old that is at most, and what it rests on. */
export const recovery: Model = {
  name: "recovery",
  asks: "What restores what, and how much is lost?",
  columns: [
    "datum",
    "copy",
    "how old at most",
    "restorable from",
    "elsewhere",
    "verified by",
    "told by",
  ],
  lines: remembered((stack, settings) => {
    const about = (of: string): Question => ({ of, stack, settings });
    return [
      ...byPointInTime(about("the database's rows, by AWS")),
      byDumps(about("the database's rows, by dumps")),
      configuration(about("the stack's configuration")),
      ...objects(about("the vault's objects")),
      secrets(about("secrets")),
      keys(about("keys")),
      images(about("images")),
      ...metrics(about("metrics")),
      dashboards(about("dashboards")),
      pulumiState(about("Pulumi's state")),
    ];
  }),
};
