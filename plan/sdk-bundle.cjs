// Loads the Pulumi SDKs as one file instead of 768, compiled before. Of that file only what is
// touched runs. Plain JavaScript: it runs before anything that could read TypeScript.
const Module = require("node:module");
const path = require("node:path");
const cache = require("../lib/code-cache.cjs");

/** Changes with what this file makes of the SDKs. */
const version = "1";

/**
 * Lets every import of these modules take the bundle's. Without a cache that can be written, they
 * are loaded one by one, as ever.
 *
 * @param {string} root the project's folder
 * @param {string[]} modules names under which the SDKs are imported
 * @returns {CachedCode | undefined} the bundle
 */
function useSdkBundle(root, modules) {
  const name = `sdks-${cache.digest(version, cache.dependencies(root), modules.join())}`;
  const text = cache.readCode(name) ?? bundle(root, modules, name);
  if (!text) return undefined;
  const code = new cache.CachedCode(name, text, path.join(root, "sdks.cjs"));
  let exported;
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (!request.startsWith("@pulumi/")) return load.call(this, request, ...rest);
    exported ??= code.run();
    return request in exported ? exported[request]() : load.call(this, request, ...rest);
  };
  return code;
}

/** Bundles the SDKs and keeps the bundle; undefined where it cannot be kept, or a module is missing. */
function bundle(root, modules, name) {
  if (!cache.canKeep()) return undefined;
  process.stderr.write("preview: bundling the Pulumi SDKs, once for this package-lock.json\n");
  const entries = modules.map((module) => JSON.stringify(module));
  const options = {
    absWorkingDir: root,
    stdin: {
      contents: `module.exports = {${entries.map((entry) => `${entry}: () => require(${entry})`).join()}};`,
      resolveDir: root,
    },
    outfile: path.join(root, "sdks.cjs"),
    bundle: true,
    write: false,
    minifyWhitespace: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    // What only sends functions to the cloud stays outside: plan/light-sdks.cjs.
    external: ["@npmcli/arborist", "*/typescript-shim"],
    logLevel: "silent",
  };
  try {
    const { outputFiles } = require("esbuild").buildSync(options);
    const text = cache.whole(outputFiles[0].text);
    cache.keepCode(name, text);
    return text;
  } catch {
    // The program says which of its imports leads nowhere.
    return undefined;
  }
}

module.exports = { useSdkBundle };
