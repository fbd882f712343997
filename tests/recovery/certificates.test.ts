import assert from "node:assert/strict";
import fc from "fast-check";
import { dueCertificates } from "../../recovery/certificates";
import type { StateResource } from "../../recovery/engine";

const hour = 3_600_000;
const now = Date.parse("2026-11-26T00:00:00Z");

/** A certificate in the state, so many hours from its end. */
function certificate(hoursLeft: number, earlyRenewalHours?: number): StateResource {
  const type = "tls:index/selfSignedCert:SelfSignedCert";
  return {
    urn: `urn:pulumi:prod::mini-xdr::${type}::pgbouncer-certificate`,
    type,
    inputs: { earlyRenewalHours },
    outputs: { validityEndTime: new Date(now + hoursLeft * hour).toISOString() },
  };
}

describe("certificates that are due", () => {
  it("are those within their early renewal, and no others", () =>
    fc.assert(
      fc.property(fc.integer({ min: -9000, max: 9000 }), fc.nat(9000), (left, early) => {
        const due = dueCertificates([certificate(left, early)], now);
        assert.equal(due.length, left <= early ? 1 : 0);
      }),
    ));

  it("are due at their end where nothing says earlier", () => {
    assert.equal(dueCertificates([certificate(1)], now).length, 0);
    assert.equal(dueCertificates([certificate(0)], now).length, 1);
  });

  it("are not what has no end: other resources, and a certificate that is not made yet", () => {
    const { urn, type } = certificate(-1);
    assert.deepEqual(dueCertificates([{ urn, type }], now), []);
    assert.deepEqual(
      dueCertificates([{ ...certificate(-1), type: "tls:index/privateKey:PrivateKey" }], now),
      [],
    );
  });
});
