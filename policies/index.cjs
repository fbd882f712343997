// The engine's way in. The engine would type-check TypeScript at every start, which takes longer
// than the preview itself: esbuild compiles the pack instead, while the SDK loads.
const { build } = require("esbuild");
const Module = require("node:module");
const path = require("node:path");

const compiled = build({
  absWorkingDir: __dirname,
  entryPoints: ["pack/entry.ts"],
  bundle: true,
  write: false,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["@pulumi/*"],
  // Charts and settings are found from here, whatever the working directory is.
  define: { PACK_FOLDER: JSON.stringify(__dirname) },
  logLevel: "silent",
});

// Serves only to send functions to the cloud, and takes a third of the SDK's loading time.
const load = Module._load;
Module._load = function (request, ...rest) {
  return request === "@npmcli/arborist" ? {} : load.call(this, request, ...rest);
};
require("@pulumi/policy");
Module._load = load;

module.exports = compiled.then(({ outputFiles }) => {
  const pack = new Module(path.join(__dirname, "pack/entry.ts"));
  pack.paths = Module._nodeModulePaths(__dirname);
  pack._compile(outputFiles[0].text, path.join(__dirname, "index.bundle.cjs"));
});
