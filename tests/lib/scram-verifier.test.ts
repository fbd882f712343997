import assert from "node:assert/strict";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import fc from "fast-check";
import { scramVerifier } from "../../lib/scram-verifier";

const form = /^SCRAM-SHA-256\$4096:([\w+/]{22}==)\$([\w+/]{43}=):([\w+/]{43}=)$/;
const password = "0123456789abcdefghijABCDEFGHIJ0123456789";

const passwords = fc
  .string({ unit: fc.constantFrom(..."abcXYZ0189"), minLength: 32, maxLength: 48 })
  .map(String);

describe("a SCRAM verifier", () => {
  it("has the form that PostgreSQL takes for a verifier, and not for a password", () => {
    assert.match(scramVerifier("minixdr_app", password), form);
  });

  it("is the same at every run, and another for another name or password", () => {
    const verifier = scramVerifier("minixdr_app", password);
    assert.equal(scramVerifier("minixdr_app", password), verifier);
    assert.notEqual(scramVerifier("minixdr_app_clone", password), verifier);
    assert.notEqual(scramVerifier("minixdr_app", `${password}0`), verifier);
  });

  it("lets exactly him in who has the password, as a server checks it", () => {
    fc.assert(
      fc.property(passwords, passwords, (right, other) => {
        const verifier = scramVerifier("somebody", right);
        assert.ok(admits(verifier, right));
        assert.equal(admits(verifier, other), other === right);
      }),
      { numRuns: 20 },
    );
  });

  it("gives no two logins the same salt", () => {
    const salts = Array.from(
      { length: 50 },
      (_, n) => form.exec(scramVerifier(`u${n}`, password))![1],
    );
    assert.equal(new Set(salts).size, 50);
  });

  it("refuses a password that its salt could betray", () => {
    for (const weak of ["", "short", "a".repeat(31), `${password}-`, `${password}é`])
      assert.throws(() => scramVerifier("minixdr_app", weak), /minixdr_app is not of 32 letters/);
  });

  it("names no password where it refuses one", () => {
    assert.throws(
      () => scramVerifier("minixdr_app", "hunter2"),
      (error: Error) => !error.message.includes("hunter2"),
    );
  });
});

/** RFC 5802, section 3: the client proves ClientKey, of which the server has the hash. */
function admits(verifier: string, attempt: string): boolean {
  const [, salt = "", storedKey] = form.exec(verifier)!;
  const salted = pbkdf2Sync(attempt, Buffer.from(salt, "base64"), 4096, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  return createHash("sha256").update(clientKey).digest("base64") === storedKey;
}
