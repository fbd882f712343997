import { tool, type ToolName } from "../../../tools";
import { ownCheckout } from "../../support/command";
import { Trial } from "./trial";

/** What a trial wants to be installed. */
export const trialTools: ToolName[] = ["helm"];

/** A trial for a suite, in a checkout of its own, which goes with the suite. */
export function ownTrial(): () => Trial {
  let trial: Trial;
  const checkout = ownCheckout();
  before(async () => {
    trial = await Trial.in(checkout(), await tool("helm"));
  });
  return () => trial;
}
