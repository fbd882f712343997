import { edits, type Edit } from "../edit";
import { cache, cluster, edge, main, network } from "../files";

export const option: Edit[] = [
  ...edits("option", network, [
    [
      "gateways that are deleted before their successors",
      "{ subnetId: subnets.public.id, allocationId: address.allocationId },\n      { parent: this, dependsOn: internet },",
      "{ subnetId: subnets.public.id, allocationId: address.allocationId },\n      { parent: this, dependsOn: internet, deleteBeforeReplace: true },",
    ],
    [
      "a network that stays behind",
      "        tags: { Name: this.args.clusterName },\n      }),\n      { parent: this },",
      "        tags: { Name: this.args.clusterName },\n      }),\n      { parent: this, retainOnDelete: true },",
    ],
    [
      "routes that ignore their changes",
      '{ routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target },\n      { parent: this },',
      '{ routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target },\n      { parent: this, ignoreChanges: ["natGatewayId"] },',
    ],
  ]),
  ...edits("option", cluster, [
    [
      "a database that is replaced for its class",
      "{ parent, protect: true, dependsOn: logGroups",
      '{ parent, protect: true, replaceOnChanges: ["dbClusterInstanceClass"], dependsOn: logGroups',
    ],
    [
      "a database that takes another's place",
      "{ parent, protect: true, dependsOn: logGroups",
      '{ parent, protect: true, aliases: [{ name: "old" }], dependsOn: logGroups',
    ],
    [
      "a database that is given a minute",
      "{ parent, protect: true, dependsOn: logGroups",
      '{ parent, protect: true, customTimeouts: { update: "1m" }, dependsOn: logGroups',
    ],
    [
      "a database that somebody else has made",
      "{ parent, protect: true, dependsOn: logGroups",
      '{ parent, protect: true, import: "old", dependsOn: logGroups',
    ],
  ]),
  ...edits("option", cache, [
    [
      "a cache that goes with its subnets",
      "      }),\n      { parent: this },\n    );\n  }\n\n  private delivery",
      "      }),\n      { parent: this, deletedWith: subnets },\n    );\n  }\n\n  private delivery",
    ],
  ]),
  ...edits("option", edge, [
    [
      "target groups of another parent",
      'tags: { "eks:eks-cluster-name": this.args.clusterName },\n      },\n      { parent: this },',
      'tags: { "eks:eks-cluster-name": this.args.clusterName },\n      },\n      {},',
    ],
  ]),
  ...edits("option", "components/workload.ts", [
    [
      "releases that wait for nothing",
      "dependsOn: mounted.length > 0 ? mounted : this.opts.dependsOn",
      "dependsOn: []",
    ],
  ]),
  ...edits("option", "components/registry.ts", [
    [
      "repositories that somebody else has made",
      "...(adopted ? { import: name } : {})",
      "import: name",
    ],
  ]),
  ...edits("option", main, [
    [
      "a program that changes what it makes",
      "const config = readConfig();",
      'pulumi.runtime.registerResourceTransform(({ type, props, opts }) => type === "aws:ec2/natGateway:NatGateway" ? { props, opts: { ...opts, retainOnDelete: true } } : undefined);\nconst config = readConfig();',
    ],
  ]),
];
