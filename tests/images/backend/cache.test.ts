import assert from "node:assert/strict";
import { Cache } from "../../../images/backend/cache";
import { Memory } from "../../../images/backend/memory";
import { Problem } from "../../../images/backend/problems";

/** A cache over a plain map. */
function caches(shared = new Map<string, string>()) {
  const counted = { hits: 0, misses: 0 };
  const cache = new Cache(
    {
      get: async (key) => shared.get(key),
      set: async (key, text) => void shared.set(key, text),
      delete: async (key) => void shared.delete(key),
    },
    { hit: () => counted.hits++, miss: () => counted.misses++ },
  );
  return { cache, shared, counted };
}
const away = () => Promise.reject(new Problem("database-away"));

describe("Cache", () => {
  it("reads once, then remembers", async () => {
    const { cache, counted } = caches();
    assert.equal((await cache.read("k", async () => "one", 60)).state, "miss");
    const again = await cache.read("k", async () => "two", 60);
    assert.deepEqual([again.text, again.state, again.age], ["one", "hit", 0]);
    assert.deepEqual(counted, { hits: 1, misses: 1 });
  });

  it("finds what another process has read", async () => {
    const { cache, shared } = caches();
    await cache.read("k", async () => "one", 60);
    assert.equal((await caches(shared).cache.read("k", away, 60)).state, "hit");
  });

  it("serves what it had while the database is away, also to a process that just started", async () => {
    const { cache, shared } = caches();
    await cache.read("k", async () => "one", 60);
    for (const one of [cache, caches(shared).cache]) {
      const found = await one.read("k", away, 0);
      assert.deepEqual([found.text, found.state], ["one", "stale"]);
    }
  });

  it("does not wait long for a slow database where it has something", async () => {
    const { cache } = caches();
    await cache.read("k", async () => "one", 60);
    let answer: (text: string) => void;
    const slow = new Promise<string>((resolve) => (answer = resolve));
    assert.equal((await cache.read("k", () => slow, 0)).state, "stale");
    answer!("two");
    await slow;
    assert.equal((await cache.read("k", away, 60)).text, "two");
  });

  it("asks once for all who wait", async () => {
    const { cache } = caches();
    let asked = 0;
    const load = async () => `answer ${++asked}`;
    const found = await Promise.all([1, 2, 3].map(() => cache.read("k", load, 60)));
    assert.deepEqual(new Set(found.map(({ text }) => text)), new Set(["answer 1"]));
  });

  it("refuses where it has nothing, and passes on what is no fault of the database", async () => {
    const { cache } = caches();
    await assert.rejects(cache.read("k", away, 60), { kind: "database-away" });
    await cache.read("k", async () => "one", 60);
    const gone = () => Promise.reject(new Problem("not-found"));
    await assert.rejects(cache.read("k", gone, 0), { kind: "not-found" });
    await assert.rejects(cache.read("k", away, 0), { kind: "database-away" });
  });

  it("takes nothing from the shared cache that is no entry", async () => {
    const { cache } = caches(new Map([["k", "rubbish"]]));
    assert.equal((await cache.read("k", async () => "one", 60)).state, "miss");
  });
});

describe("Memory", () => {
  it("forgets what was not used for longest", () => {
    const memory = new Memory<string>(2, 100, (text) => text.length);
    memory.set("a", "1");
    memory.set("b", "2");
    memory.get("a");
    memory.set("c", "3");
    assert.deepEqual(
      ["a", "b", "c"].map((key) => memory.get(key)),
      ["1", undefined, "3"],
    );
  });

  it("stays below its size, also by one that alone is too large", () => {
    const memory = new Memory<string>(10, 5, (text) => text.length);
    memory.set("a", "123");
    memory.set("a", "1234");
    memory.set("b", "12");
    assert.equal(memory.get("a"), undefined);
    memory.set("c", "123456");
    assert.equal(memory.get("c"), undefined);
    memory.set("d", "12345");
    assert.equal(memory.get("d"), "12345");
  });
});
