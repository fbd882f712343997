import type { RuleGroup } from "../rule";
import { application } from "./application";
import { cache } from "./cache";
import { capacity } from "./capacity";
import { certificates } from "./certificates";
import { database } from "./database";
import { losses } from "./losses";
import { pooler } from "./pooler";
import { topology } from "./topology";
import { watching } from "./watching";
import { workloads } from "./workloads";

/** Every rule that holds for all tiers, besides those of a chart's own. */
export const groups: RuleGroup[] = [
  application,
  database,
  pooler,
  topology,
  cache,
  workloads,
  capacity,
  losses,
  certificates,
  watching,
];
