import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { PgBouncerConfig } from "../config";
import type { Credential, Login } from "./credentials";
import type { ImageReference } from "./registry";
import { checksum, Workload } from "./workload";

export interface PgBouncerArgs extends PgBouncerConfig {
  namespace: string;
  image: ImageReference;
  exporterImage: ImageReference;
  database: {
    name: string;
    port: number;
    writerHost: pulumi.Input<string>;
    readerHost: pulumi.Input<string>;
    cidrs: string[];
  };
  /** Who may log in through the pool: of each duty both logins. */
  users: Login[];
  /** Reads PgBouncer's own statistics. */
  statistics: Credential;
  /** The sidecar that follows the topology of a Multi-AZ DB cluster; absent, the writer's name decides. */
  topology?: {
    image: ImageReference;
    /** Identifiers of the cluster's instances. */
    memberIds: string[];
    /** Has pg_monitor and nothing else. */
    login: Credential;
  };
  clientNamespaces: string[];
  monitoringNamespace: string;
}

export const pgBouncerPort = 6432;

/**
 * The connection pooler in front of the database: a read-write pool on the writer and a read-only
 * one on the replicas. The application knows no other database address.
 */
export class PgBouncer extends Workload {
  /** Name inside the cluster. */
  readonly host: string;
  readonly port = pgBouncerPort;
  /** What its clients have to trust, PEM. */
  readonly caCertificate: pulumi.Output<string>;
  /** When it expires, RFC 3339. */
  readonly certificateEnd: pulumi.Output<string>;

  constructor(
    name: string,
    private readonly args: PgBouncerArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("PgBouncer", name, args.namespace, args, opts);
    this.host = `pgbouncer.${args.namespace}.svc.cluster.local`;
    const key = new tls.PrivateKey(
      `${name}-key`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      { parent: this },
    );
    const certificate = this.certificate(key);
    this.caCertificate = certificate.certPem;
    this.certificateEnd = certificate.validityEndTime;
    const secrets = [this.tlsSecret(key, certificate), this.usersSecret(), this.statisticsSecret()];
    this.pooler([...secrets, ...this.topologySecret()]);
    this.registerOutputs({ host: this.host, caCertificate: this.caCertificate });
  }

  /** Self-signed, created once and kept in the state: a chart would create a new one at every render. */
  private certificate(key: tls.PrivateKey): tls.SelfSignedCert {
    return new tls.SelfSignedCert(
      `${this.name}-certificate`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: "pgbouncer" },
        dnsNames: [this.host],
        isCaCertificate: true,
        allowedUses: ["digital_signature", "server_auth", "cert_signing"],
        validityPeriodHours: 365 * 24,
        earlyRenewalHours: 60 * 24,
      },
      { parent: this },
    );
  }

  private tlsSecret(key: tls.PrivateKey, certificate: tls.SelfSignedCert): pulumi.Resource {
    return this.secret("pgbouncer-tls", {
      "tls.crt": certificate.certPem,
      "tls.key": key.privateKeyPem,
      "ca.crt": certificate.certPem,
    });
  }

  private usersSecret(): pulumi.Resource {
    return this.secret("pgbouncer-users", this.users);
  }

  private statisticsSecret(): pulumi.Resource {
    return this.secret("pgbouncer-exporter", this.statistics);
  }

  private topologySecret(): pulumi.Resource[] {
    return this.args.topology ? [this.secret("pgbouncer-topology", this.asking)] : [];
  }

  /** Who asks the instances; a client, so it needs the password. */
  private get asking() {
    const { username, password } = this.args.topology!.login;
    return { username, password };
  }

  /** What the sidecar that follows the topology is given. An instance has its cluster's domain, without `cluster-`. */
  private get topologyValues() {
    const { topology, database } = this.args;
    if (!topology) return {};
    const domain = pulumi
      .output(database.writerHost)
      .apply((host) => host.slice(host.indexOf(".")).replace(".cluster-", "."));
    const endpoints = topology.memberIds.map((id) => pulumi.interpolate`${id}${domain}`);
    return { topology: { enabled: true, image: topology.image, endpoints } };
  }

  /**
   * Verifiers, the very ones that the server has: of a client that logs in by SCRAM PgBouncer keeps
   * the key that the server accepts too. Not so for a user that a database's line names, nor for an
   * `auth_query`: those need a password (PgBouncer, doc/config.md, "Authentication file format").
   */
  private get users() {
    const lines = [...this.args.users, this.args.statistics].map(
      ({ username, verifier }) => pulumi.interpolate`"${username}" "${verifier}"`,
    );
    return { "userlist.txt": pulumi.all(lines).apply((all) => all.join("\n") + "\n") };
  }

  /** The exporter is a client, so it needs the password. */
  private get statistics() {
    const { username, password } = this.args.statistics;
    return { username, password };
  }

  private pooler(mounted: pulumi.Resource[]): void {
    const { args } = this;
    this.release(
      "release",
      {
        name: "pgbouncer",
        chart: "./charts/pgbouncer",
        version: "0.1.0",
        // A pooler leaves only when its clients have: 150 s of grace, and the next one's start.
        timeoutSeconds: args.replicas * (150 + 60),
        values: {
          replicas: args.replicas,
          image: args.image,
          exporter: { image: args.exporterImage, credentialsSecret: "pgbouncer-exporter" },
          databases: {
            minixdr: this.database(args.database.writerHost),
            minixdr_ro: this.database(args.database.readerHost),
          },
          pool: {
            maxClientConnections: args.maxClientConnections,
            defaultPoolSize: args.poolSize,
            reservePoolSize: args.reservePoolSize,
          },
          usersSecret: "pgbouncer-users",
          // Not the certificate's: its clients have to trust another one before it is shown.
          secretsChecksum: this.args.topology
            ? checksum(this.users, this.statistics, this.asking)
            : checksum(this.users, this.statistics),
          ...this.topologyValues,
          tlsSecret: "pgbouncer-tls",
          serverCaConfigMap: "rds-ca",
          network: {
            databaseCidrs: args.database.cidrs,
            clientNamespaces: args.clientNamespaces,
            monitoringNamespace: args.monitoringNamespace,
          },
        },
      },
      mounted,
    );
  }

  private database(host: pulumi.Input<string>) {
    return { host, port: this.args.database.port, dbname: this.args.database.name };
  }
}
