import assert from "node:assert/strict";
import { expectedIn } from "../../../policies/declared/catalogue";
import { Each, Leaf, Named, type Declaration } from "../../../policies/declared/declaration";
import { declaredTypes } from "../../../policies/declared/table";
import { releaseType } from "../../../policies/model/kubernetes";
import { noOptions, Stack, type Properties, type Resource } from "../../../policies/model/resource";
import declaredProperties from "../../../policies/rules/declared/declared-properties";
import { judgeResources, type Violation } from "../../../policies/pack/judge";
import { broken, judgedStack, setting, type Judged } from "../support";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";

/** The pack denies whatever its table does not know, and misses whatever its catalogue expects. */
for (const name of ["prod", "staging"])
  describe(`the closed world of ${name}`, function () {
    this.timeout(120_000);
    let judged: Judged;
    let stack: Stack;

    before(async () => {
      judged = await judgedStack(name);
      stack = new Stack(judged.resources);
    });

    const mandatory = (resources: Resource[]): Violation[] =>
      judgeResources(resources, judged.settings).filter(
        ({ enforcementLevel }) => enforcementLevel === "mandatory",
      );

    it("has no property that nobody has thought of, at any place", () => {
      const places = new Map<string, { resource: Resource; path: string[] }>();
      for (const resource of judged.resources)
        for (const path of objectsIn(resource.properties, declaredTypes[resource.type], []))
          places.set(`${resource.type} ${path.join("/").replaceAll(/\d+/g, "*")}`, {
            resource,
            path,
          });
      assert.ok(places.size > 200, `only ${places.size} places`);
      console.log(`      ${places.size} places at which a property was added`);
      for (const [place, { resource, path }] of places) {
        const changed = setting([...path, "unheardOf"].join("/"), true)(resource);
        const [problem, ...others] = declaredProperties.judge(changed);
        assert.deepEqual(others, [], place);
        const step = [...path, "unheardOf"].join(".");
        assert.ok(
          problem?.startsWith(`${step} is true; no rule judges it`),
          `${place}: ${problem}`,
        );
        assert.match(problem!, /policies\/declared/);
      }
    });

    it("has no type that nobody has thought of, in the program or in a release", () => {
      const [object] = judged.resources.filter(({ release }) => release);
      for (const type of ["aws:sqs/queue:Queue", "aws:rds/globalCluster:GlobalCluster"])
        assertDenied({ ...judged.resources[0]!, urn: `${type}::new`, name: "new", type }, type);
      for (const type of [
        "core/v1:ResourceQuota",
        "core/v1:LimitRange",
        "autoscaling/v1:HorizontalPodAutoscaler",
        "apps/v1:DaemonSetPatch",
        "apps/v1beta1:Deployment",
        "operators.example.com/v1:Database",
      ])
        assertDenied({ ...object!, name: "mini-xdr/new", type: `kubernetes:${type}` }, type);
    });

    function assertDenied(added: Resource, type: string): void {
      const found = mandatory([...judged.resources, added]).map(({ message }) => message);
      assert.ok(
        found.some((message) => message.includes(`${type}: do without it, or declare it`)),
        found.join("\n"),
      );
    }

    it("has no option that is not allowed", () => {
      const [bucket] = stack.ofType("aws:s3/bucketVersioning:BucketVersioning");
      for (const [option, changed] of Object.entries({
        protect: { protect: true },
        deletedWith: { deletedWith: bucket!.urn },
        retainOnDelete: { options: { ...noOptions, retainOnDelete: true } },
        deleteBeforeReplace: { options: { ...noOptions, deleteBeforeReplace: true } },
        replaceOnChanges: { options: { ...noOptions, replaceOnChanges: ["*"] } },
        aliases: { options: { ...noOptions, aliases: ["urn:pulumi:prod::x::a:b/c:D::other"] } },
        import: { options: { ...noOptions, importId: "other" } },
        customTimeouts: { options: { ...noOptions, customTimeouts: true } },
      })) {
        const others = judged.resources.map((other) =>
          other === bucket ? { ...bucket, ...changed } : other,
        );
        const [found] = broken(judged, others, "declared-options");
        assert.match(found?.message ?? "", new RegExp(`^the option ${option} is set`));
      }
      const elsewhere = { ...bucket!, provider: "urn:pulumi:x::y::pulumi:providers:aws::mine" };
      const found = broken(
        judged,
        judged.resources.map((other) => (other === bucket ? elsewhere : other)),
        "declared-targets",
      );
      assert.equal(found.length, 1);
    });

    it("misses everything that the catalogue expects, by its name", () => {
      const expected = expectedIn(stack, judged.settings);
      assert.ok(expected.length > 150, `only ${expected.length}`);
      console.log(`      ${expected.length} expected things were taken away, one by one`);
      const [rule] = [judgeResources(judged.resources, judged.settings)];
      assert.deepEqual(
        rule!.filter(({ policy }) => policy === "expected"),
        [],
      );
      for (const { type, name: gone } of expected) {
        const left = judged.resources.filter(
          (resource) => !(resource.type === type && isCalled(resource, gone)),
        );
        assert.ok(left.length < judged.resources.length, `${type} ${gone} is not there`);
        const messages = expectedRule(left);
        assert.ok(
          messages.some((message) => message.startsWith(`${gone} (${type}) is missing: `)),
          `${type} ${gone}`,
        );
      }
    });

    function expectedRule(resources: Resource[]): string[] {
      return broken(
        judged,
        // The zones are the node pool's; nothing else is needed to say what is missing.
        resources,
        "expected",
      ).map(({ message }) => message);
    }

    it("misses every alarm of a server, a node or a target, by what it watches", () => {
      const alarms = stack.ofType(alarmType);
      for (const alarm of alarms) {
        const left = judged.resources.filter((other) => other !== alarm);
        assert.equal(broken(judged, left, "alarm-catalogue").length, 1, alarm.name);
      }
    });

    it("judges the values of every chart of others", () => {
      for (const release of stack.ofType(releaseType)) {
        if (String(release.properties.chart).startsWith("./")) continue;
        const changed = setting("values/unheardOf", { enabled: true })(release);
        const [problem] = declaredProperties.judge(changed);
        assert.match(problem ?? "", /^values\.unheardOf is /, release.name);
      }
    });
  });

/** Paths of the objects in a value whose properties are declared one by one. */
function objectsIn(value: unknown, declared: Declaration | undefined, path: string[]): string[][] {
  if (!declared || declared instanceof Leaf || value === null || typeof value !== "object")
    return [];
  const open = declared instanceof Each || declared instanceof Named || Array.isArray(value);
  return [
    ...(open ? [] : [path]),
    ...Object.entries(value).flatMap(([key, item]) =>
      objectsIn(item, part(declared, key, item), [...path, key]),
    ),
  ];
}

function part(declared: Declaration, key: string, item: unknown): Declaration | undefined {
  if (declared instanceof Each) return declared.element;
  if (declared instanceof Named)
    return declared.elements[String((item as Properties)[declared.key])];
  return declared instanceof Leaf ? undefined : declared[key];
}

/** By the resource's name, or by an object's own. */
function isCalled({ name, properties }: Resource, called: string): boolean {
  const { namespace, name: own } = (properties.metadata ?? {}) as Record<string, unknown>;
  return [name, own, `${String(namespace)}/${String(own)}`].includes(called);
}
