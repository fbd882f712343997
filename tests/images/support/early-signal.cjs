// Preloaded: sends SIGTERM to its own process when the program asks for the first module.
const Module = require("node:module");
const load = Module._load;

Module._load = function (request, parent, isMain) {
  if (!isMain) {
    Module._load = load;
    process.kill(process.pid, "SIGTERM");
  }
  return load.call(this, request, parent, isMain);
};
