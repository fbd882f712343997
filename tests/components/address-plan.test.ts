import assert from "node:assert/strict";
import fc from "fast-check";
import { Netmask } from "netmask";
import { dataZones, zoneAddresses } from "../../components/network/address-plan";

const letters = [..."abcdefgh"];
const vpc = fc
  .tuple(fc.integer({ min: 16, max: 20 }), fc.integer({ min: 0, max: 2 ** 20 - 1 }))
  .map(([prefix, n]) => new Netmask(`10.${(n >> 12) & 255}.${(n >> 4) & 255}.0/${prefix}`))
  .map((block) => `${block.base}/${block.bitmask}`);

const subnets = (cidr: string, zones: string[]) =>
  zones.flatMap((zone) => Object.values(zoneAddresses(cidr, `eu-central-1${zone}`) as object));

describe("the address plan", () => {
  it("keeps every subnet inside the VPC", () => {
    fc.assert(
      fc.property(vpc, (cidr) =>
        subnets(cidr, letters).every((subnet: string) => {
          const block = new Netmask(subnet);
          const outer = new Netmask(cidr);
          return outer.contains(block.base) && outer.contains(block.last ?? block.base);
        }),
      ),
    );
  });

  it("never lets two subnets overlap", () => {
    fc.assert(
      fc.property(vpc, (cidr) => {
        const blocks = subnets(cidr, letters).map((subnet: string) => new Netmask(subnet));
        return blocks.every((a, i) =>
          blocks.every((b, j) => i === j || (!a.contains(b.base) && !b.contains(a.base))),
        );
      }),
    );
  });

  it("renumbers nothing when zones are added, removed or listed in another order", () => {
    fc.assert(
      fc.property(vpc, fc.shuffledSubarray(letters, { minLength: 1 }), (cidr, some) => {
        const all = new Map(letters.map((z) => [z, zoneAddresses(cidr, `eu-central-1${z}`)]));
        for (const zone of some)
          assert.deepEqual(zoneAddresses(cidr, `eu-central-1${zone}`), all.get(zone));
      }),
    );
  });

  it("keeps the data in three zones, the same ones however many follow", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(letters, { minLength: 3 }), (zones) => {
        assert.equal(dataZones(zones).length, 3);
        assert.deepEqual(dataZones(zones), dataZones(zones.slice(0, 3)));
        assert.ok(dataZones(zones).every((zone) => zones.includes(zone)));
      }),
    );
  });

  it("gives pods half of a zone's addresses", () => {
    const { private: pods } = zoneAddresses("10.20.0.0/16", "eu-central-1b");
    assert.equal(pods, "10.20.32.0/20");
  });

  it("refuses a zone that it has no block for", () => {
    assert.throws(() => zoneAddresses("10.20.0.0/16", "eu-central-1z"), /from a to h/);
  });
});
