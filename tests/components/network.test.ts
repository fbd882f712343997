import assert from "node:assert/strict";
import { named, ofType, only, plannedStack } from "../support/planned";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];

describe("the network", () => {
  it("has public, private and database subnets in three configured zones", async () => {
    const plan = await plannedStack("prod");
    for (const kind of ["public", "private", "database"])
      for (const zone of zones)
        assert.equal(named(plan, `network-${kind}-${zone}`).inputs.availabilityZone, zone);
    assert.equal(ofType(plan, "aws:ec2/subnet:Subnet").length, 9);
  });

  it("prod: a NAT gateway a zone, and each private subnet leaves through its own zone's", async () => {
    const plan = await plannedStack("prod");
    for (const zone of zones) {
      const route = named(plan, `network-default-route-private-${zone}`);
      const [gateway] = route.propertyDependencies.natGatewayId!;
      assert.equal(gateway!.split("::").pop(), `network-nat-${zone}`);
      assert.match(
        named(plan, `network-nat-${zone}`).propertyDependencies.subnetId![0]!,
        new RegExp(`network-public-${zone}$`),
      );
    }
  });

  it("staging: a single NAT gateway", async () => {
    assert.equal(ofType(await plannedStack("staging"), "aws:ec2/natGateway:NatGateway").length, 1);
  });

  it("isolates the database subnets: their routes lead nowhere outside", async () => {
    const plan = await plannedStack("prod");
    const table = named(plan, "network-routes-database").urn;
    const leaving = ofType(plan, "aws:ec2/route:Route").filter(({ propertyDependencies }) =>
      propertyDependencies.routeTableId?.includes(table),
    );
    assert.deepEqual(leaving, []);
  });

  it("reaches S3 by a gateway endpoint from private and database subnets", async () => {
    const { inputs } = only(await plannedStack("prod"), "aws:ec2/vpcEndpoint:VpcEndpoint");
    assert.equal(inputs.vpcEndpointType, "Gateway");
    assert.equal(inputs.serviceName, "com.amazonaws.eu-central-1.s3");
    assert.equal((inputs.routeTableIds as string[]).length, 4);
  });

  it("keeps flow logs of all traffic, written with no more rights than it takes", async () => {
    const plan = await plannedStack("prod");
    assert.equal(only(plan, "aws:ec2/flowLog:FlowLog").inputs.trafficType, "ALL");
    const policy = JSON.stringify(named(plan, "network-flow-logs-policy").inputs.policy);
    assert.doesNotMatch(policy, /"Resource":"\*"|"\*"/);
  });
});
