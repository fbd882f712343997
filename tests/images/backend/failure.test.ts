import assert from "node:assert/strict";
import { classify } from "../../../images/backend/database";

describe("classify", () => {
  const cases: [string, { code?: string; message?: string }, string][] = [
    [
      "a refused connection",
      { code: "ECONNREFUSED", message: "connect ECONNREFUSED" },
      "connection",
    ],
    ["a reset connection", { code: "ECONNRESET", message: "read ECONNRESET" }, "connection"],
    [
      "a connection that ended under a query",
      { message: "Connection terminated unexpectedly" },
      "connection",
    ],
    ["an answer that never came", { message: "Query read timeout" }, "connection"],
    [
      "no free connection in time",
      { message: "timeout exceeded when trying to connect" },
      "connection",
    ],
    [
      "a server that shuts down",
      { code: "57P01", message: "terminating connection" },
      "connection",
    ],
    ["a refusal of PgBouncer", { code: "08P01", message: "query_wait_timeout" }, "connection"],
    ["a write on a standby", { code: "25006", message: "read-only transaction" }, "read-only"],
    ["a duplicate key", { code: "23505", message: "duplicate key value" }, "statement"],
    ["a syntax error", { code: "42601", message: "syntax error" }, "statement"],
    [
      "a time limit of the statement itself",
      { code: "57014", message: "canceling statement" },
      "statement",
    ],
    ["something that is no error", {}, "statement"],
  ];
  for (const [what, error, expected] of cases)
    it(`takes ${what} for ${expected}`, () => assert.equal(classify(error), expected));
});
