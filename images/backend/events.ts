import { Type, type Static } from "typebox";

const Endpoint = Type.Object({
  ip: Type.Union([Type.String({ format: "ipv4" }), Type.String({ format: "ipv6" })]),
});
const shortText = { minLength: 1, maxLength: 255 };

/** What happened, in OCSF's shape. Attributes beyond these are kept, but for `__proto__` and its like. */
export const Event = Type.Object(
  {
    time: Type.Integer({
      minimum: 0,
      maximum: 4_102_444_800_000,
      description: "Milliseconds since 1970.",
    }),
    class_uid: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
    activity_id: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
    severity_id: Type.Integer({ minimum: 0, maximum: 6, description: "OCSF: 6 is fatal." }),
    message: Type.String({ maxLength: 8192 }),
    metadata: Type.Object({
      product: Type.Object({ name: Type.String(shortText) }),
      uid: Type.String(shortText),
    }),
    actor: Type.Optional(
      Type.Object({ user: Type.Optional(Type.Object({ name: Type.String(shortText) })) }),
    ),
    src_endpoint: Type.Optional(Endpoint),
    dst_endpoint: Type.Optional(Endpoint),
  },
  {
    examples: [
      {
        time: 1764000000000,
        class_uid: 3002,
        activity_id: 1,
        severity_id: 4,
        message: "Brute force: 40 failed logins",
        metadata: { product: { name: "Okta" }, uid: "3f1c" },
        actor: { user: { name: "alice" } },
        src_endpoint: { ip: "203.0.113.7" },
      },
    ],
  },
);
export type Event = Static<typeof Event>;

export const severities = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];
