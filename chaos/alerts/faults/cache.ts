import { toldWithin, type AlertFault } from "../fault";
import { groupWait } from "./group-wait";

/** Window of the alert's rates, in seconds: they fall until it holds nothing from before. */
const window = 300;

export const cacheLost: AlertFault = {
  name: "cache-lost",
  title: "The cache killed",
  tells: "message",
  alerts: ["LowCacheHitRate"],
  within: () => toldWithin("LowCacheHitRate", groupWait.messages, window),
  async inject({ platform }) {
    const { cache } = platform.services;
    await cache.kill();
    if (cache.running) throw new Error("the cache runs");
    return { proof: "the cache's process was killed", undo: () => cache.restart() };
  },
};
