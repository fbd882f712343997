import { remembered, type Line, type Model } from "../line";
import { exitsOf } from "./exits";
import { faultsOf, say, without, type Fault } from "./fault";
import { keyOf, type Gap } from "./gap";
import { paths, type Path, type World } from "./paths";
import { room } from "./room";
import { serviceOf } from "./service";
import { siteOf } from "./site";
import { shut } from "./traffic";

const stackType = "pulumi:pulumi:Stack";

/**
 * What survives what: after every single fault users still reach page and API, the API its data,
 * pods AWS, with the pods that disruption budgets promise. A path that is broken while everything
 * stands is said once, in the first line.
 */
export const survival: Model = {
  name: "survival",
  asks: "What still works when one thing is lost?",
  columns: ["fault", "users reach", "API reaches", "poolers reach", "pods reach AWS", "pods left"],
  lines: remembered((stack, { tier }) => {
    const site = siteOf(stack);
    const service = serviceOf(
      site.balancers.map(({ resource }) => resource),
      stack,
    );
    const exits = exitsOf(site, stack);
    const world: World = { site, service, exits, stack, tier };
    const nothing: Fault = { kind: "nothing" };
    const whole = paths(world, site, nothing);
    const always = [
      ...absent(world),
      ...service.gaps,
      ...shut(site, service, exits, stack),
      ...room(site, stack),
      ...gapsOf(whole),
    ];
    const known = new Set(always.map(keyOf));
    return [
      line(world, nothing, whole, always),
      ...faultsOf(site).map((fault) => {
        const found = paths(world, without(site, fault), fault);
        const fresh = gapsOf(found).filter((gap) => !known.has(keyOf(gap)));
        return line(world, fault, found, fresh);
      }),
    ];
  }),
};

function gapsOf(found: Path[]): Gap[] {
  return found.flatMap(({ gaps }) => gaps);
}

/** What a path cannot be without, and is not there at all. */
function absent({ site, stack }: World): Gap[] {
  const [resource] = stack.ofType(stackType);
  const none = (found: unknown[], path: string): Gap[] =>
    found.length > 0 ? [] : [{ resource, path, because: "the stack has none" }];
  return [
    ...none(site.balancers, "users reach no load balancer"),
    ...none(site.databases, "poolers reach no database"),
    ...none(site.caches, "the API reaches no cache"),
  ];
}

function line({ stack }: World, fault: Fault, found: Path[], gaps: Gap[]): Line {
  const [whole] = stack.ofType(stackType);
  const said = new Map(gaps.map((gap) => [keyOf(gap), gap]));
  return {
    of: say(fault),
    cells: found.map(({ cell }) => cell),
    broken: [...said.values()].map((gap) => ({
      urn: (gap.resource ?? whole)?.urn ?? "",
      problem: `${say(fault)}: ${keyOf(gap)}`,
    })),
  };
}
