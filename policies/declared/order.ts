/** By release: those that it waits for, directly or through others. Without them it would come up, and fail. */
export const waitsFor: Record<string, string[]> = {
  // Its migrations need roles, its pods a pooler, its monitors their definition.
  "application-release": [
    "database-roles-release",
    "observability-definitions",
    "pgbouncer-release",
  ],
  "database-backup-release": ["database-roles-release", "observability-definitions"],
  "database-roles-release": ["pgbouncer-release"],
  ...Object.fromEntries(
    [
      "alert-rules-release",
      "edge-metrics-release",
      "observability-release",
      "pgbouncer-release",
    ].map((release) => [release, ["observability-definitions"]]),
  ),
};
