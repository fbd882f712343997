import assert from "node:assert/strict";
import { fromPlan } from "../../../policies/pack/adapters/plan";
import { judgeOne, judgeResources } from "../../../policies/pack/judge";
import { withDeployed } from "../../../policies/releases/deployed";
import { Stack, type Resource } from "../../../policies/model/resource";
import { rules } from "../../../policies/rules";
import type { Settings } from "../../../policies/model/settings";
import { readSettings } from "../../../policies/pack/settings";
import type { Plan } from "../../../plan/plan";
import { plannedStack, root } from "../../support/planned";
import { mutantsOf, type Mutant } from "./mutants";

const release = "kubernetes:helm.sh/v3:Release";

/** What only the other database topology has, which staging takes. */
const ofInstances = [
  "aws:rds/instance:Instance",
  "aws:rds/parameterGroup:ParameterGroup",
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
];

/** Rules that turn what a model finds into violations: they look at the whole, whatever has changed. */
const ofModels = ["changes-end", "restores", "survives", "tells"];

for (const stack of ["prod", "staging"])
  describe(`the pack against a ${stack} plan that is broken on purpose`, function () {
    // A minute or two of one processor; machines with other work on them take several times that.
    this.timeout(900_000);
    let plan: Plan;
    let settings: Settings;
    let program: Resource[];
    let everything: Resource[];

    before(async () => {
      plan = await plannedStack(stack);
      // Without Helm, so that the outcome is the same on every machine.
      settings = { ...readSettings(root, stack), helm: "no-helm" };
      program = plan.resources.map(fromPlan);
      everything = withDeployed(program, settings);
    });

    it("catches every mutant by a mandatory rule", () => {
      assert.deepEqual(caughtBy(everything, everything), [], "the plan itself breaks a rule");
      const mutants =
        stack === "prod"
          ? [...everything.flatMap(ofResource), ...structural()]
          : everything.filter(({ type }) => ofInstances.includes(type)).flatMap(ofResource);
      const survivors: Mutant[] = [];
      const exempted: Mutant[] = [];
      const catching = new Set<string>();
      for (const mutant of mutants) {
        const caught = catchersOf(mutant);
        if (caught.length === 0) (isExempt(mutant) ? exempted : survivors).push(mutant);
        for (const rule of caught) catching.add(rule);
      }
      const caught = mutants.length - exempted.length - survivors.length;
      console.log(
        `      ${caught} of ${mutants.length} mutants are caught, by ${catching.size} rules:`,
      );
      print(mutants.filter((mutant) => !exempted.includes(mutant)));
      console.log(`      ${exempted.length} break what config.json exempts, with its reason:`);
      print(exempted);
      assert.deepEqual(
        survivors.map(({ resource, change }) => `${resource.type} ${resource.name}: ${change}`),
        [],
        `${survivors.length} of ${mutants.length} mutants survive`,
      );
    });

    function ofResource(resource: Resource): Mutant[] {
      const isPlanned = resource.release === undefined;
      return mutantsOf(
        resource,
        plan.resources.find(({ urn }) => isPlanned && urn === resource.urn),
      );
    }

    /** Whether only an exemption keeps a rule from seeing the mutant. */
    function isExempt(mutant: Mutant): boolean {
      const strict = { ...settings, exemptions: [] };
      const seen = (resources: Resource[]) => JSON.stringify(judgeResources(resources, strict));
      return seen(everything) !== seen(withMutant(mutant));
    }

    /** What no single property tells: where routes lead, and what depends on what. */
    function structural(): Mutant[] {
      const of = (type: string) => program.filter((resource) => resource.type === type);
      const [nat] = of("aws:ec2/natGateway:NatGateway");
      const [cluster] = of("eks:index:Cluster");
      const survivors = [
        "aws:rds/cluster:Cluster",
        "aws:s3/bucket:Bucket",
        "aws:kms/key:Key",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:route53/record:Record",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:ec2/vpc:Vpc",
        "aws:sns/topic:Topic",
        "aws:ecr/repository:Repository",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:secretsmanager/secret:Secret",
      ];
      return [
        ...of("aws:ec2/route:Route")
          .filter(
            ({ propertyDependencies: { natGatewayId } }) =>
              natGatewayId && natGatewayId[0] !== nat!.urn,
          )
          .map((resource) => ({
            resource,
            change: "natGatewayId: set to another zone's",
            broken: {
              ...resource,
              propertyDependencies: { ...resource.propertyDependencies, natGatewayId: [nat!.urn] },
            },
          })),
        ...survivors.flatMap(of).map((resource) => ({
          resource,
          change: "dependsOn: the cluster",
          broken: { ...resource, dependencies: [...resource.dependencies, cluster!.urn] },
        })),
        ...everything
          .filter(
            ({ type, name }) =>
              type === "kubernetes:apps/v1:Deployment" && name.startsWith("mini-xdr/"),
          )
          .map((resource) => ({
            resource,
            change: "spec.minReadySeconds: set to 0",
            broken: {
              ...resource,
              properties: {
                ...resource.properties,
                spec: { ...(resource.properties.spec as object), minReadySeconds: 0 },
              },
            },
          })),
      ];
    }

    function withMutant({ resource, broken }: Mutant): Resource[] {
      const replace = (list: Resource[]) =>
        list.flatMap((other) => (other === resource ? (broken ?? []) : [other]));
      // A release deploys other objects once its values are others.
      return resource.type === release
        ? withDeployed(replace(program), settings)
        : replace(everything);
    }

    /** Rules that catch a mutant: those of its properties where there are any, or else the models. */
    function catchersOf(mutant: Mutant): string[] {
      const resources = withMutant(mutant);
      const changed = resources.filter((resource) => !everything.includes(resource));
      const [models, others] = [true, false].map((is) =>
        rules.filter(({ name }) => ofModels.includes(name) === is),
      );
      const caught = caughtBy(resources, changed, others);
      return caught.length > 0 ? caught : caughtBy(resources, changed, models);
    }

    /** Mandatory rules that object, of which those that look at one resource look at the changed ones. */
    function caughtBy(resources: Resource[], changed: Resource[], judging = rules): string[] {
      const stack = new Stack(resources);
      return judging.flatMap((rule) => {
        const judged = rule.types === "all" ? resources : stack.ofType(...rule.types);
        return judged
          .filter((resource) => rule.needs !== "resource" || changed.includes(resource))
          .flatMap((resource) => judgeOne(rule, resource, stack, settings))
          .filter(({ enforcementLevel }) => enforcementLevel === "mandatory")
          .map(({ policy }) => policy);
      });
    }
  });

/** The list by type and property: how each was broken, and how often. */
function print(mutants: Mutant[]): void {
  const types = new Map<string, Map<string, Map<string, number>>>();
  for (const { resource, change } of mutants) {
    const [path, how] = change.split(": ") as [string, string];
    const property = path.replaceAll(/\.\d+(?=\.|$)/g, ".*");
    const properties = entry(types, resource.type, () => new Map<string, Map<string, number>>());
    const changes = entry(properties, property, () => new Map<string, number>());
    changes.set(how, (changes.get(how) ?? 0) + 1);
  }
  for (const [type, properties] of [...types].sort()) {
    console.log(`        ${type}`);
    for (const [property, changes] of properties) {
      const hows = [...changes].map(([how, count]) => `${count} × ${how}`).join(", ");
      console.log(`          ${property}: ${hows}`);
    }
  }
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
