// Mocha's own report, closed by one line that people and machines read alike.
const { setTimeout } = require("node:timers");
const { reporters } = require("mocha");
const { openHandles } = require("./open-handles.cjs");

/** Milliseconds that a finished run may take to end. */
const patience = 10_000;

module.exports = class extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
    // What a test left open would hold the process, and all that comes after it, for ever: it is
    // named, and the result stands.
    setTimeout(() => {
      console.error(`left open after the last test:\n${openHandles().join("\n")}`);
      process.exit();
    }, patience).unref();
  }
};
