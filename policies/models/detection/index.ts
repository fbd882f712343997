import { faults, type Fault, type Way } from "../../declared/faults";
import { databaseCluster } from "../../model/database";
import type { Stack } from "../../model/resource";
import type { Settings } from "../../model/settings";
import { broken } from "../chain";
import { remembered, type Break, type Line, type Model } from "../line";
import { toldByAlert } from "./alerts";
import { isIdle, toldByAlarm, toldByEvent } from "./cloud";
import { watchOf, type Watch } from "./watch";
import type { Told } from "./way";

/** Who is told of each fault of policies/declared/faults, by each of its ways. */
export const detection: Model = {
  name: "detection",
  asks: "What tells whom, and how soon?",
  columns: ["fault", "metric", "alarm or rule", "topic or route", "who", "seconds once it shows"],
  lines: remembered((stack, settings) => linesOf(faults, stack, settings)),
};

/** What keeps people from being told of a fault of the catalogue; empty: nothing does. */
export function untoldOf(fault: string, stack: Stack, settings: Settings): Break[] {
  const meant = faults.filter(({ name }) => name === fault);
  return linesOf(meant, stack, settings).flatMap((line) => line.broken);
}

function linesOf(chosen: Fault[], stack: Stack, settings: Settings): Line[] {
  const watch = watchOf(stack, settings);
  const isAsked = (way: Way) => !("alarm" in way && isIdle(way, stack, settings));
  const clusters = stack.ofType(databaseCluster).length > 0;
  const there = chosen.filter(
    ({ ofCopies, ofClusters }) => !(ofCopies && settings.alone) && (clusters || !ofClusters),
  );
  return there.flatMap(({ name, ways }) =>
    ways.filter(isAsked).map((way): Line => {
      const { metric, by, through, who, seconds, broken } = told(name, way, stack, settings, watch);
      const time = seconds === undefined ? "AWS's own" : String(seconds);
      return { of: name, cells: [metric, by, through, who, time], broken };
    }),
  );
}

function told(
  of: string,
  way: Way,
  stack: Stack,
  settings: Settings,
  watch: Watch | undefined,
): Told {
  if ("alarm" in way) return toldByAlarm(of, way, stack, settings);
  if ("events" in way) return toldByEvent(of, way, stack);
  if (watch) return toldByAlert(of, way, watch);
  const [root] = stack.ofType("pulumi:pulumi:Stack");
  return {
    metric: Object.keys(way.figures).join(", "),
    by: way.alert,
    through: "nothing",
    who: "nobody",
    seconds: NaN,
    broken: root ? broken(of, "Prometheus", root, ["kube-prometheus-stack is missing"]) : [],
  };
}
