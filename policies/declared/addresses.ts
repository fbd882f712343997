/** Where a value of a release has to lead. */
export type Lead =
  | "writer"
  | "readers"
  | "cache"
  | { image: string }
  | { targetGroup: string }
  | "backup key"
  | { signedBy: string }
  | { member: number }
  | "an end"
  | "a checksum";

/**
 * Values that the committed objects of a release leave out, because they exist only after creation:
 * by release and path. One that is not here would be judged by nobody.
 */
export const declaredAddresses: Record<string, Record<string, Lead>> = {
  "mini-xdr": {
    "backend.image.repository": { image: "backend" },
    "backend.targetGroupArn": { targetGroup: "backend" },
    "frontend.image.repository": { image: "frontend" },
    "frontend.targetGroupArn": { targetGroup: "frontend" },
    "cache.host": "cache",
    "migrations.host": "writer",
    secretsChecksum: "a checksum",
  },
  pgbouncer: {
    "databases.minixdr.host": "writer",
    "databases.minixdr_ro.host": "readers",
    "exporter.image.repository": { image: "pgbouncer-exporter" },
    "image.repository": { image: "pgbouncer" },
    secretsChecksum: "a checksum",
  },
  "edge-metrics": { "image.repository": { image: "edge-exporter" } },
  observability: { "certificates.pgbouncer": "an end" },
  "database-bootstrap": {
    "database.host": "writer",
    "image.repository": { image: "backup" },
    secretsChecksum: "a checksum",
  },
  "database-backup": {
    "database.host": "writer",
    "database.reader.host": "readers",
    "image.repository": { image: "backup" },
    "vault.kmsKeyArn": "backup key",
    "vault.manifestKeyArn": { signedBy: "dump" },
    "vault.verificationKeyArn": { signedBy: "verify" },
  },
};

/** The same of a stack whose database is a Multi-AZ DB cluster, beside those. */
export const addressesOfClusters: typeof declaredAddresses = {
  pgbouncer: {
    "topology.image.repository": { image: "pooler" },
    ...Object.fromEntries(
      [1, 2, 3].map((member) => [`topology.endpoints.${member - 1}`, { member }]),
    ),
  },
};
