import assert from "node:assert/strict";
import fc from "fast-check";
import { expectedAlarms } from "../../../../policies/declared/alarms";
import { expectedAlerts } from "../../../../policies/declared/alerts";
import { faults } from "../../../../policies/declared/faults";
import { Stack, type Resource } from "../../../../policies/model/resource";
import { detection, untoldOf } from "../../../../policies/models/detection";
import { changing, judgedStack, setting } from "../../support";
import { gone, literal, settings, spoilt, type Spoil } from "../small";
import { plain, watched, watching } from "../watched";

const breaksOf = (fault: string, resources: Resource[]) =>
  untoldOf(fault, new Stack(resources), settings);
const untold = (fault: string, resources: Resource[]) =>
  breaksOf(fault, resources).map(({ problem }) => problem);

const alarm: Spoil["of"] = ["MetricAlarm"];
const release: Spoil["of"] = ["Release"];
const spec = "values/prometheus/prometheusSpec";
const config = "values/alertmanager/config";
const route = (first: object) => (resource: Resource) => {
  const { routes } = (
    resource.properties.values as { alertmanager: { config: { route: { routes: object[] } } } }
  ).alertmanager.config.route;
  return setting(`${config}/route/routes`, [first, ...routes])(resource);
};
/** Every alert's expression with something behind it. */
const expression = (more: string) => (resource: Resource) => {
  const [group] = (resource.properties.spec as { groups: { rules: object[] }[] }).groups;
  const rules = group!.rules.map((rule) =>
    "alert" in rule && "expr" in rule ? { ...rule, expr: `${String(rule.expr)} ${more}` } : rule,
  );
  return setting("spec/groups/0/rules", rules)(resource);
};
const all = 'alertname=~".+"';

/** Every link of every kind of chain, taken away or spoilt. */
const spoils: (Spoil & { except?: string })[] = [
  { says: "no alarm", link: /^alarm /, of: alarm, change: gone },
  {
    says: "an alarm that is switched off",
    link: /^alarm /,
    of: alarm,
    change: setting("actionsEnabled", false),
  },
  {
    says: "a threshold out of reach",
    link: /^alarm /,
    of: alarm,
    change: setting("threshold", 1e15),
  },
  {
    says: "an alarm that waits for days",
    link: /^alarm /,
    of: alarm,
    change: setting("evaluationPeriods", 4000),
  },
  {
    says: "an alarm to which silence is fine",
    link: /^alarm /,
    of: alarm,
    change: setting("treatMissingData", "ignore"),
  },
  {
    says: "an alarm to some other topic",
    link: /^action /,
    of: alarm,
    change: literal("alarmActions"),
  },
  {
    says: "an alarm in another Region than its topic",
    // Some figures are kept in one Region alone, so the alarm itself has none there.
    link: /^(action|alarm) /,
    of: alarm,
    change: setting("region", "eu-west-3"),
  },
  { says: "no policy of the topic", link: /^topic /, of: ["TopicPolicy"], change: gone },
  {
    says: "a topic to which nobody may publish",
    link: /^topic /,
    of: ["TopicPolicy"],
    change: setting("policy", '{"Statement":[]}'),
  },
  {
    says: "a key that is switched off",
    link: /^topic /,
    of: ["Key"],
    change: setting("isEnabled", false),
  },
  {
    says: "a key that admits no service",
    link: /^topic /,
    of: ["Key"],
    change: setting("policy", '{"Statement":[]}'),
  },
  { says: "no subscription", link: /^topic /, of: ["TopicSubscription"], change: gone },
  {
    says: "subscriptions with filters",
    link: /^topic /,
    of: ["TopicSubscription"],
    change: setting("filterPolicy", "{}"),
  },
  { says: "no events", link: /^event /, of: ["EventSubscription"], change: gone },
  {
    says: "events of another kind",
    link: /^event /,
    of: ["EventSubscription"],
    change: setting("eventCategories", ["backup"]),
  },
  {
    says: "no rule",
    link: /^(alert|figure) /,
    of: ["PrometheusRule"],
    change: setting("spec/groups", []),
  },
  {
    says: "a limit that is never reached",
    link: /^alert /,
    of: ["PrometheusRule"],
    change: expression("> 1e12"),
  },
  {
    says: "a constant that decides",
    link: /^alert /,
    of: ["PrometheusRule"],
    change: expression("and on () vector(0)"),
  },
  {
    says: "rules that Prometheus does not select",
    link: /^(alert|figure) /,
    of: release,
    change: setting(`${spec}/ruleSelector`, { matchLabels: { release: "another" } }),
  },
  {
    says: "rules of some namespaces only",
    link: /^(alert|figure) /,
    of: release,
    change: setting(`${spec}/ruleNamespaceSelector`, { matchLabels: { a: "b" } }),
  },
  {
    says: "rules that are evaluated every hour",
    link: /^alert /,
    of: ["PrometheusRule"],
    change: setting("spec/groups/0/interval", "1h"),
  },
  {
    says: "monitors that Prometheus does not select",
    link: /^figure /,
    of: release,
    beside: "ServiceMonitor",
    change: setting(`${spec}/serviceMonitorSelectorNilUsesHelmValues`, true),
  },
  { says: "no monitor", link: /^figure /, of: ["ServiceMonitor"], change: gone },
  {
    says: "a monitor of another service",
    link: /^figure /,
    of: ["ServiceMonitor"],
    change: setting("spec/selector/matchLabels", { app: "another" }),
  },
  {
    says: "a scrape an hour",
    link: /^figure /,
    of: ["ServiceMonitor"],
    change: setting("spec/endpoints/0/interval", "1h"),
  },
  {
    says: "another port",
    link: /^figure /,
    of: ["core/v1:Service"],
    change: setting("spec/ports/0/name", "another"),
  },
  {
    says: "a service without pods",
    link: /^figure /,
    of: ["Deployment"],
    change: setting("spec/template/metadata/labels", {}),
  },
  {
    says: "a Prometheus that tells nobody",
    link: /^Prometheus /,
    of: ["Prometheus"],
    change: setting("spec/alerting", undefined),
  },
  {
    says: "one Alertmanager",
    link: /^Prometheus /,
    of: ["Alertmanager"],
    change: setting("spec/replicas", 1),
  },
  {
    says: "a route to nobody before all others",
    link: /^route /,
    of: release,
    change: route({ matchers: [all], receiver: "null" }),
  },
  {
    says: "a route that may take it, by a label that comes later",
    link: /^route /,
    of: release,
    change: route({ matchers: ['pod=~"a.*"'], receiver: "null" }),
  },
  {
    says: "an inhibition by what always fires",
    except: "Prometheus or Alertmanager is gone",
    link: /^route /,
    of: release,
    change: setting(`${config}/inhibit_rules`, [
      { source_matchers: ['alertname="Watchdog"'], target_matchers: ['alertname!="Watchdog"'] },
    ]),
  },
  {
    says: "receivers that nobody hears, beside one that somebody does",
    link: /^receiver /,
    of: release,
    change: setting(`${config}/receivers`, [
      { name: "pages" },
      { name: "messages" },
      { name: "watchdog" },
      { name: "another", slack_configs: [{}] },
    ]),
  },
  {
    says: "a Secret that is not mounted",
    link: /^receiver /,
    of: release,
    change: setting("values/alertmanager/alertmanagerSpec/secrets", []),
  },
];

describe("the model of detection", function () {
  this.timeout(120_000);

  it("calls any fault told whose every link is in place", () => {
    fc.assert(
      fc.property(fc.constantFrom(...faults), watching, (fault, how) => {
        assert.deepEqual(untold(fault.name, watched([fault], how)), []);
      }),
      { numRuns: 300 },
    );
  });

  for (const spoil of spoils)
    it(`names the link, and it alone: ${spoil.says}`, () => {
      let tried = 0;
      fc.assert(
        fc.property(fc.constantFrom(...faults), watching, (fault, how) => {
          const whole = watched([fault], how);
          const changed = spoilt(whole, spoil);
          // What the chain does not have, cannot be taken from it; and nothing inhibits itself.
          if (!changed || spoil.except === fault.name) return;
          const found = breaksOf(fault.name, changed);
          const links = found.map(({ problem }) => problem.slice(`${fault.name}: `.length));
          assert.ok(found.every(({ urn }) => whole.some((resource) => resource.urn === urn)));
          assert.deepEqual(
            links.filter((link) => !spoil.link.test(link)),
            [],
          );
          assert.notDeepEqual(found, []);
          tried += 1;
        }),
        { numRuns: 100 },
      );
      assert.ok(tried > 0, "no chain has such a link");
    });

  it("knows every alarm and every alert of the catalogues, and no other", () => {
    const ways = faults.flatMap((fault) => fault.ways);
    const told = {
      alarms: ways.flatMap((way) => ("alarm" in way ? [way.alarm] : [])),
      alerts: ways.flatMap((way) => ("alert" in way ? [`${way.alert} ${way.severity}`] : [])),
    };
    const names = (list: string[]) => [...new Set(list)].sort();
    assert.deepEqual(names(told.alarms), names(expectedAlarms.map(({ metric }) => metric)));
    assert.deepEqual(
      names(told.alerts),
      names(expectedAlerts.map(({ alert, severity }) => `${alert} ${severity}`)),
    );
    assert.equal(new Set(faults.map(({ name }) => name)).size, faults.length);
  });

  it("hears nothing of ElastiCache by a topic that suits every other service", async () => {
    const judged = await judgedStack("prod");
    const fault = "a cache node is lost";
    const told = (resources: Resource[]) =>
      untoldOf(fault, new Stack(resources), judged.settings).map(({ problem }) => problem);
    assert.deepEqual(told(judged.resources), []);
    const urn = (name: string) => judged.resources.find((one) => one.name === name)!.urn;
    const shared = changing(
      judged,
      ["aws:elasticache/replicationGroup:ReplicationGroup", ""],
      (cache) => ({
        ...cache,
        propertyDependencies: {
          ...cache.propertyDependencies,
          notificationTopicArn: [urn("notifications-topic")],
        },
      }),
    );
    assert.deepEqual(told(shared), [
      `${fault}: topic notifications-topic: elasticache.amazonaws.com may not publish`,
      `${fault}: topic notifications-topic: it is encrypted, and ElastiCache publishes to no such topic`,
    ]);
    const policy = ["aws:sns/topicPolicy:TopicPolicy", "cache-topic-policy"] as [string, string];
    const byAccount = changing(judged, policy, ({ properties, ...rest }) => ({
      ...rest,
      properties: {
        ...properties,
        policy: String(properties.policy).replace("SourceOwner", "SourceAccount"),
      },
    }));
    assert.deepEqual(told(byAccount), [
      `${fault}: topic notifications-cache-topic: elasticache.amazonaws.com may not publish`,
    ]);
  });

  it("names an alert without Prometheus, and an alarm without anything to watch", () => {
    const bare = watched([], plain).filter(({ type }) => type === "pulumi:pulumi:Stack");
    assert.deepEqual(untold("a zone is lost", bare), [
      "a zone is lost: Prometheus small: kube-prometheus-stack is missing",
    ]);
    assert.deepEqual(untold("the load balancer fails", bare), [
      "the load balancer fails: metric small: nothing is there to measure HTTPCode_ELB_5XX_Count of",
    ]);
  });

  for (const stack of ["prod", "staging"])
    it(`finds nothing broken in ${stack}, and says that receivers are not configured`, async () => {
      const judged = await judgedStack(stack);
      const lines = detection.lines(new Stack(judged.resources), judged.settings);
      assert.deepEqual(
        lines.flatMap(({ broken }) => broken),
        [],
      );
      assert.ok(lines.every(({ cells }) => cells.length === detection.columns.length - 1));
      const who = (fault: string) =>
        lines.filter(({ of }) => of === fault).map(({ cells }) => cells[3]);
      assert.deepEqual(who("a zone is lost"), ["nobody: receivers are not configured"]);
      assert.deepEqual(who("the load balancer fails"), ["mail"]);
    });

  it("says who hears once receivers are configured", async () => {
    const judged = await judgedStack("prod");
    const file = "/etc/alertmanager/secrets/alertmanager-receivers/key";
    const configured = changing(
      judged,
      ["kubernetes:helm.sh/v3:Release", "observability-release"],
      setting(`${config}/receivers`, [
        { name: "null" },
        { name: "pages", pagerduty_configs: [{ routing_key_file: file }] },
        { name: "messages", slack_configs: [{ api_url_file: file }] },
        { name: "watchdog", webhook_configs: [{ url_file: file }] },
      ]),
    );
    const lines = detection.lines(new Stack(configured), judged.settings);
    const heard = new Set(lines.map(({ cells }) => cells[3]));
    assert.deepEqual(heard, new Set(["phone", "channel", "mail", "dead man's switch"]));
    assert.deepEqual(
      lines.flatMap(({ broken }) => broken),
      [],
    );
  });
});
