import { equals, matches } from "../../model/expectation";
import { propertyRule } from "../../model/rule";
import { isReplica } from "../../model/database";

export default propertyRule({
  name: "database-major-version",
  severity: "high",
  from: "starter",
  demands: "The engine is PostgreSQL, pinned to its major version only.",
  reason: "A pinned minor becomes an impossible downgrade once AWS has upgraded it.",
  require: {
    "aws:rds/cluster:Cluster": {
      engine: equals("postgres"),
      engineVersion: matches(/^\d+$/, 'a major version such as "15"'),
    },
    "aws:rds/instance:Instance": {
      engine: equals("postgres"),
      engineVersion: matches(/^\d+$/, 'a major version such as "15"'),
    },
  },
  // A replica has its source's engine.
  except: isReplica,
});
