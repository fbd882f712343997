import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** PostgreSQL's own number (`SCRAM_SHA_256_DEFAULT_ITERATIONS`), and the least that RFC 7677 allows. */
const iterations = 4096;
const saltBytes = 16;

/**
 * What PostgreSQL keeps of a password (`pg_authid.rolpassword`, the form of RFC 5803), computed as
 * RFC 5802 and 7677 say: `SCRAM-SHA-256$4096:SALT$STOREDKEY:SERVERKEY`. Sent in a password's place it is
 * stored as it is (postgres, src/backend/libpq/crypt.c, `encrypt_password`), so that no statement, log
 * or statistic of the server ever holds the password. Nobody logs in with it.
 *
 * The salt follows from name and password, so that server and pooler are given the same verifier, and
 * every run the same again: nobody has to read it back, which RDS allows not even its master. Anybody may
 * ask the server for a salt; what it tells of a password is half a hash, so the password has to be a
 * generated one.
 *
 * @throws Error when the password is not of 32 letters and digits or more: it could be guessed by its
 *   salt, and any other sign would first have to be prepared as RFC 4013 says.
 */
export function scramVerifier(username: string, password: string): string {
  if (!/^[A-Za-z0-9]{32,}$/.test(password))
    throw new Error(`the password of ${username} is not of 32 letters and digits or more`);
  const salt = hmac(password, `SCRAM salt of ${username}`).subarray(0, saltBytes);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const serverKey = hmac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

function hmac(key: string | Buffer, message: string): Buffer {
  return createHmac("sha256", key).update(message).digest();
}
