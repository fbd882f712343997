import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import { Names } from "../../../images/backend/database/names";

const first = [{ address: "10.96.3.1", family: 4 }];
const second = [{ address: "10.96.3.2", family: 4 }];
const away = Object.assign(new Error("getaddrinfo EAI_AGAIN pooler"), { code: "EAI_AGAIN" });
const never = () => new Promise<LookupAddress[]>(() => undefined);

/** Names whose questions are answered in this order, and how many were asked. */
function scripted(...answers: (() => Promise<LookupAddress[]>)[]) {
  let asked = 0;
  const names = new Names(() => answers[asked++]!());
  const lookup = (all = true) =>
    new Promise<unknown>((resolve, reject) =>
      names.lookup("pooler", { all }, (error, ...found) =>
        error ? reject(error) : resolve(found),
      ),
    );
  return { lookup, asked: () => asked };
}

describe("names of the backend's servers", () => {
  it("are looked up for every connection", async () => {
    const { lookup } = scripted(
      async () => first,
      async () => second,
    );
    assert.deepEqual(await lookup(), [first]);
    assert.deepEqual(await lookup(false), ["10.96.3.2", 4]);
  });

  it("mean what they last meant while nobody answers, or the answer is an error", async () => {
    const { lookup } = scripted(
      async () => first,
      () => Promise.reject(away),
      never,
    );
    await lookup();
    assert.deepEqual(await lookup(), [first]);
    const since = performance.now();
    assert.deepEqual(await lookup(), [first]);
    assert.ok(performance.now() - since < 400, "soon");
  });

  it("fail where they have never meant anything", async () => {
    const { lookup } = scripted(() => Promise.reject(away));
    await assert.rejects(lookup(), away);
  });

  it("are asked for once at a time, and an answer that comes late counts", async () => {
    let answer: (found: LookupAddress[]) => void = () => {};
    const { lookup, asked } = scripted(
      async () => first,
      () => new Promise((resolve) => (answer = resolve)),
      never,
    );
    await lookup();
    await Promise.all([lookup(), lookup(), lookup()]);
    assert.equal(asked(), 2);
    answer(second);
    await new Promise(setImmediate);
    assert.deepEqual(await lookup(), [second]);
    assert.equal(asked(), 3);
  });
});
