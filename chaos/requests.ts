import type { Tenant } from "../rehearsal/services/tenant";
import type { RequestKind } from "./traffic/load/config";

/** Milliseconds after which a client gives up. */
const patience = 5000;

/**
 * Milliseconds after which a client that tries again does so. A load balancer that prefers the target
 * with the fewest open requests sends most to a dead one, until it is out: a second try at once meets it
 * again.
 */
const retryAfter = 4000;

/** What users and sensors send: events in, the list of incidents and the page out. */
export function requests(tenant: Tenant, options: { retry?: boolean } = {}): RequestKind[] {
  return [writes(tenant, options), list(tenant, options), page(options)];
}

/** One event a request, each of another user, so that every few make an incident. */
export function writes({ apiKey, organization }: Tenant, { retry }: { retry?: boolean } = {}) {
  const event = {
    time: "{now}",
    class_uid: 3002,
    activity_id: 1,
    severity_id: 4,
    message: "Brute force: 40 failed logins",
    metadata: { product: { name: "Okta" }, uid: "{key}" },
    actor: { user: { name: "user-{key}" } },
  };
  return {
    name: "write",
    weight: 2,
    method: "POST",
    path: "/api/events",
    headers: {
      "x-api-key": apiKey,
      "idempotency-key": "{key}",
      "content-type": "application/json",
    },
    body: JSON.stringify(event).replace('"{now}"', "{now}"),
    timeout: patience,
    retryAfter: retry ? retryAfter : undefined,
    writes: { organization, rows: 1 },
  };
}

export function list({ apiKey }: Tenant, { retry }: { retry?: boolean } = {}): RequestKind {
  return {
    name: "list",
    weight: 2,
    method: "GET",
    path: "/api/incidents?limit=20",
    headers: { "x-api-key": apiKey },
    timeout: patience,
    retryAfter: retry ? retryAfter : undefined,
  };
}

function page({ retry }: { retry?: boolean }): RequestKind {
  return {
    name: "page",
    weight: 1,
    method: "GET",
    path: "/",
    timeout: patience,
    retryAfter: retry ? retryAfter : undefined,
  };
}
