/** By release: those that it waits for, directly or through others. Without them it would come up, and fail. */
export const waitsFor: Record<string, string[]> = {
  // Its migrations need roles, its pods a pooler, its monitors their definition.
  "application-release": [
    "database-roles-release",
    "observability-definitions",
    "pgbouncer-release",
  ],
  "database-backup-release": ["database-roles-release", "observability-definitions"],
  // What logs in to the database comes after what makes it known there.
  "pgbouncer-release": ["database-roles-release", "observability-definitions"],
  ...Object.fromEntries(
    ["alert-rules-release", "edge-metrics-release", "observability-release"].map((release) => [
      release,
      ["observability-definitions"],
    ]),
  ),
};
