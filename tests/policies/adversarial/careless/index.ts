import type { Edit } from "../edit";
import { absence } from "./absence";
import { accepted } from "./accepted";
import { beside } from "./beside";
import { deployed } from "./deployed";
import { option } from "./option";
import { property } from "./property";
import { target } from "./target";
import { type } from "./type";
import { vaultEdits } from "./vault";

/**
 * Changes that a careless or thrifty colleague could make, each of which costs availability: by the pack's
 * author, and by somebody who was to get past it.
 */
export const careless: Edit[] = [
  ...absence,
  ...accepted,
  ...beside,
  ...deployed,
  ...option,
  ...property,
  ...target,
  ...type,
  ...vaultEdits,
];
