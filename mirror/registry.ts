import { Failure } from "../lib/ends";
import { CommandFailed, run } from "../lib/processes";
import { registryLogin } from "../lib/registry-login";
import { tool } from "../tools";

/** What a registry says of a tag or a digest. */
export type Found = { digest: string } | "absent" | "no repository";

/** A registry, by crane: ECR with the caller's AWS login, any other as nobody. */
export class Registry {
  constructor(
    readonly host: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** @param which `:TAG` or `@DIGEST` @throws CommandFailed when the registry does not answer. */
  async find(repository: string, which: string): Promise<Found> {
    const result = await this.crane("digest", `${this.host}/${repository}${which}`);
    if (result.code === 0) return { digest: result.stdout.trim() };
    if (/NAME_UNKNOWN/.test(result.stderr)) return "no repository";
    if (/MANIFEST_UNKNOWN|404 Not Found/.test(result.stderr)) return "absent";
    throw new CommandFailed("crane digest", result);
  }

  /** The manifest of a tag, as text. @throws CommandFailed */
  async manifest(repository: string, tag: string): Promise<string> {
    const result = await this.crane("manifest", `${this.host}/${repository}:${tag}`);
    if (result.code !== 0) throw new CommandFailed("crane manifest", result);
    return result.stdout;
  }

  /**
   * Copies what a digest names, for every platform, and gives it a tag. What of it is there already
   * is not sent again; the tag comes last.
   *
   * @throws Failure when it does not arrive as it was.
   */
  async copy(source: string, digest: string, repository: string, tag: string): Promise<void> {
    const target = `${this.host}/${repository}:${tag}`;
    const result = await this.crane("copy", `${source}@${digest}`, target);
    if (result.code !== 0) throw new CommandFailed("crane copy", result);
    const found = await this.find(repository, `:${tag}`);
    if (typeof found === "string" || found.digest !== digest)
      throw new Failure(`${target} is ${JSON.stringify(found)} after the copy of ${digest}`);
  }

  private async crane(...args: string[]) {
    const options = { env: registryLogin(), signal: this.signal };
    return run(await tool("crane"), args, options);
  }
}
