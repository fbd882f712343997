import { show } from "../../model/expectation";
import { at } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

const repository = "aws:ecr/repository:Repository";
const record = "aws:route53/record:Record";

export default {
  name: "takes-over",
  severity: "critical",
  from: "starter",
  demands:
    "Only a stack in a lost one's place takes over what exists: the repositories of its images, by their names, and the users' name.",
  reason:
    "An import takes a resource from whoever has made it, and a record that overwrites takes the users of another stack.",
  needs: "resource",
  types: [repository, record],
  judge: ({ type, properties, options }, _, { recoveryOf }) => {
    if (type === record)
      return recoveryOf === undefined &&
        properties.allowOverwrite === true &&
        at(properties, "aliases") !== undefined
        ? ["allowOverwrite is true; without recovery.of the name may be another stack's"]
        : [];
    if (options.importId === "") return [];
    return [
      ...(recoveryOf === undefined
        ? ["the option import is set; without recovery.of nothing is there to take over"]
        : []),
      ...(options.importId === properties.name
        ? []
        : [`it imports ${show(options.importId)}; it must be its own name`]),
    ];
  },
} satisfies RuleDefinition;
