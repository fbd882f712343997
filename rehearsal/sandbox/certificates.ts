import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Files of one server: its certificate and its key. */
export interface Certificate {
  certificate: string;
  key: string;
}

/** An authority that lives as long as the laboratory. Private keys never leave its folder. */
export class Authority {
  /** File with the authority's certificate, for those who verify. */
  readonly file: string;
  private readonly key: string;

  constructor(private readonly folder: string) {
    this.file = join(folder, "ca.crt");
    this.key = join(folder, "ca.key");
    openssl(
      "req",
      "-x509",
      ...newKey(this.key),
      "-subj",
      "/CN=laboratory",
      "-days",
      "2",
      "-out",
      this.file,
    );
  }

  /** The authority's certificate in PEM. */
  get pem(): string {
    return readFileSync(this.file, "utf8");
  }

  /** Signs a certificate for a server that is known under these names. */
  sign(server: string, names: string[]): Certificate {
    const file = (ending: string) => join(this.folder, `${server}.${ending}`);
    openssl("req", "-new", ...newKey(file("key")), "-subj", `/CN=${server}`, "-out", file("csr"));
    const alternatives = names.map((name) =>
      /^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`,
    );
    writeFileSync(file("ext"), `subjectAltName=${alternatives.join(",")}\n`);
    openssl(
      ...["x509", "-req", "-in", file("csr"), "-CA", this.file, "-CAkey", this.key, "-days", "2"],
      ...["-extfile", file("ext"), "-out", file("crt")],
    );
    return { certificate: file("crt"), key: file("key") };
  }
}

const newKey = (file: string) => [
  ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file],
];

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
