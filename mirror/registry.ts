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
    return this.answer("manifest", `${this.host}/${repository}:${tag}`);
  }

  /**
   * Copies what a digest names, for every platform, and gives it a tag. What of it is there already
   * is not sent again; the tag comes last.
   *
   * @throws Failure when it does not arrive as it was.
   */
  async copy(source: string, digest: string, repository: string, tag: string): Promise<void> {
    const target = `${this.host}/${repository}:${tag}`;
    await this.answer("copy", `${source}@${digest}`, target);
    const found = await this.find(repository, `:${tag}`);
    if (typeof found === "string" || found.digest !== digest)
      throw new Failure(`${target} is ${JSON.stringify(found)} after the copy of ${digest}`);
  }

  /**
   * Sends an image from an archive of `docker save` under a tag, unless it is there; a tag is never
   * given to another image. The same archive is the same digest in every registry.
   *
   * @returns the image's digest @throws Failure
   */
  async push(archive: string, repository: string, tag: string): Promise<string> {
    const digest = (await this.answer("digest", "--tarball", archive)).trim();
    const target = `${this.host}/${repository}:${tag}`;
    const found = await this.find(repository, `:${tag}`);
    if (found === "no repository")
      throw new Failure(`${this.host}/${repository}: there is no such repository`);
    if (found !== "absent" && found.digest !== digest)
      throw new Failure(`${target} is ${found.digest} already; the archive is ${digest}`);
    if (found === "absent") await this.answer("push", archive, target);
    return digest;
  }

  private async answer(...args: string[]): Promise<string> {
    const result = await this.crane(...args);
    if (result.code !== 0) throw new CommandFailed(`crane ${args[0]}`, result);
    return result.stdout;
  }

  private async crane(...args: string[]) {
    const options = { env: registryLogin(), signal: this.signal };
    return run(await tool("crane"), args, options);
  }
}
