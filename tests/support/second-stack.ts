import { readStackSettings, type StackSettings } from "../../plan/stack-settings";
import { root } from "./planned";

/** Settings of the stack that takes a lost one's place, as docs/runbooks/region-loss.md makes them. */
export function secondStack(lost: string): StackSettings {
  const first = readStackSettings(root, lost);
  const [from, to] = [first.config["aws:region"]!, first.config["mini-xdr:recoveryRegion"]!];
  const config = { ...first.config };
  delete config["mini-xdr:recoveryRegion"];
  const network = JSON.parse(config["mini-xdr:network"]!) as { zones: string[] };
  const zones = network.zones.map((zone) => zone.replace(from, to));
  const domain = JSON.parse(config["mini-xdr:domain"]!) as { name: string };
  return {
    ...first,
    stack: `${lost}-2`,
    config: {
      ...config,
      "aws:region": to,
      "mini-xdr:network": JSON.stringify({ ...network, zones }),
      "mini-xdr:domain": JSON.stringify({ ...domain, name: `recovery.${domain.name}` }),
      "mini-xdr:recovery": JSON.stringify({ of: lost }),
    },
  };
}
