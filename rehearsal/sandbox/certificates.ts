import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { output } from "../../lib/processes";

/** Files of one server: its certificate and its key. */
export interface Certificate {
  certificate: string;
  key: string;
}

/** An authority that lives as long as the laboratory. Private keys never leave its folder. */
export class Authority {
  private constructor(
    private readonly folder: string,
    /** File with the authority's certificate, which clients verify by. */
    readonly file: string,
    private readonly key: string,
  ) {}

  static async create(folder: string): Promise<Authority> {
    const authority = new Authority(folder, join(folder, "ca.crt"), join(folder, "ca.key"));
    const args = ["req", "-x509", ...newKey(authority.key), "-subj", "/CN=laboratory"];
    args.push("-days", "2", "-out", authority.file);
    await output("openssl", args);
    return authority;
  }

  /** The authority's certificate in PEM. */
  get pem(): string {
    return readFileSync(this.file, "utf8");
  }

  /** Signs a certificate for a server that is known under these names. */
  async sign(server: string, names: string[]): Promise<Certificate> {
    const file = (ending: string) => join(this.folder, `${server}.${ending}`);
    const request = ["req", "-new", ...newKey(file("key")), "-subj", `/CN=${server}`];
    await output("openssl", [...request, "-out", file("csr")]);
    const alternatives = names.map((name) =>
      /^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`,
    );
    await writeFile(file("ext"), `subjectAltName=${alternatives.join(",")}\n`);
    const signing = ["x509", "-req", "-in", file("csr"), "-CA", this.file, "-CAkey", this.key];
    signing.push("-days", "2", "-extfile", file("ext"), "-out", file("crt"));
    await output("openssl", signing);
    return { certificate: file("crt"), key: file("key") };
  }
}

function newKey(file: string): string[] {
  const args = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  return [...args, "-keyout", file];
}
