import { Failure, UsageError } from "../lib/ends";
import { Context } from "./context";
import { Launcher } from "./instance";
import { Target } from "./target";

/** Where the image is, or how it is started, and whose keys it takes. */
export interface Subject {
  url?: string;
  command?: string;
  apiKey?: string;
  otherApiKey?: string;
}

/**
 * Does something with a running image: the one at the URL, or the command's, which is started
 * before and ended after it.
 *
 * @throws UsageError for a URL that is none, Failure when nothing answers there.
 */
export async function withImage<T>(
  { url, command = "", apiKey, otherApiKey }: Subject,
  work: (context: Context) => Promise<T>,
  signal?: AbortSignal,
  environment = process.env,
): Promise<T> {
  if (url !== undefined) {
    const target = new Target(await answering(url), apiKey, otherApiKey);
    return work(new Context(target, undefined, signal));
  }
  const launcher = await Launcher.create(command, environment);
  try {
    const instance = await launcher.start(signal);
    try {
      return await work(
        new Context(new Target(instance.url, apiKey, otherApiKey), launcher, signal),
      );
    } finally {
      await instance.kill();
    }
  } finally {
    await launcher.stop();
  }
}

async function answering(text: string): Promise<string> {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${text}: it is no URL; http://HOST:PORT is wanted`);
  const base = url.href.replace(/\/$/, "");
  try {
    const answer = await fetch(base, { signal: AbortSignal.timeout(10_000), redirect: "manual" });
    await answer.body?.cancel();
  } catch (error) {
    const { cause, message } = error as Error;
    throw new Failure(
      `${base}: nothing answers there (${cause instanceof Error ? cause.message : message})`,
    );
  }
  return base;
}
