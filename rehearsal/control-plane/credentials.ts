import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";

/** Clients of the API server by what this project calls them: their names and groups there. */
export type Users = Record<string, { name: string; groups: string }>;

/** The control plane's own. */
const planeUsers: Users = {
  administrator: { name: "rehearsal", groups: "system:masters" },
  controllerManager: { name: "system:kube-controller-manager", groups: "" },
  scheduler: { name: "system:kube-scheduler", groups: "" },
};

/** Tokens and keys of one control plane, created for it and readable by the owner only. */
export class Credentials {
  private readonly tokens = new Map<string, string>();
  readonly tokenFile: string;
  readonly serviceAccountKeyFile: string;

  private readonly users: Users;

  /** @param nodeUsers clients beside the control plane's own */
  constructor(
    private readonly folder: string,
    nodeUsers: Users,
  ) {
    this.users = { ...planeUsers, ...nodeUsers };
    this.tokenFile = path.join(folder, "tokens.csv");
    this.serviceAccountKeyFile = path.join(folder, "service-account.key");
    for (const user of Object.keys(this.users))
      this.tokens.set(user, randomBytes(32).toString("hex"));
  }

  async write(): Promise<void> {
    const lines = Object.entries(this.users).map(
      ([user, { name, groups }]) => `${this.token(user)},${name},${name},"${groups}"\n`,
    );
    await writeFile(this.tokenFile, lines.join(""), { mode: 0o600 });
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = privateKey.export({ type: "sec1", format: "pem" });
    await writeFile(this.serviceAccountKeyFile, key, { mode: 0o600 });
  }

  token(user: string): string {
    return this.tokens.get(user)!;
  }

  /** Writes a kubeconfig for `user` and returns its path. */
  async kubeconfig(user: string, server: string, certificateAuthority: string): Promise<string> {
    const file = path.join(this.folder, `${user}.kubeconfig`);
    // kubectl, Helm and the components read YAML, of which JSON is a part.
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "rehearsal", cluster: { server, "certificate-authority": certificateAuthority } },
      ],
      users: [{ name: user, user: { token: this.token(user) } }],
      contexts: [{ name: "rehearsal", context: { cluster: "rehearsal", user } }],
      "current-context": "rehearsal",
    };
    await writeFile(file, JSON.stringify(config, null, 2), { mode: 0o600 });
    return file;
  }
}
