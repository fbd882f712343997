import assert from "node:assert/strict";
import { CommanderError } from "commander";
import { exitCode, Failure, MissingTool, Stopped, UsageError } from "../../lib/ends";
import { CommandFailed } from "../../lib/processes";

describe("the table of ends", () => {
  const rows: [string, unknown, number][] = [
    ["help that was asked for", new CommanderError(0, "commander.help", ""), 0],
    ["a wrong option", new CommanderError(1, "commander.unknownOption", ""), 2],
    ["bad input", new UsageError("x"), 2],
    ["a missing tool", new MissingTool("x"), 2],
    ["a service that refused", new Failure("x"), 1],
    ["a program that failed", new CommandFailed("x", { code: 3, stdout: "", stderr: "" }), 1],
    ["Ctrl-C", new Stopped("SIGINT"), 130],
    ["SIGTERM", new Stopped("SIGTERM"), 143],
    ["a fault", new TypeError("x"), 70],
    ["something that is no error", "x", 70],
  ];
  for (const [what, error, code] of rows)
    it(`${what}: ${code}`, () => assert.equal(exitCode(error), code));
});
