// Plain JavaScript: it runs before anything that could read TypeScript.
const { build } = require("esbuild");
const Module = require("node:module");
const path = require("node:path");

/**
 * Compiles one of the project's entry points, with all it imports but the Pulumi SDKs, into a
 * function that runs it anew at every call and returns its exports. Nothing is written to disk.
 *
 * @param {string} root the project's folder
 * @param {string} entry path of a TypeScript file in it
 * @returns {Promise<() => unknown>}
 */
async function compile(root, entry) {
  const file = path.join(root, entry.replace(/\.ts$/, ".cjs"));
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["@pulumi/*", "esbuild"],
    logLevel: "silent",
  });
  const code = outputFiles[0].text;
  return () => {
    const compiled = new Module(file);
    compiled.filename = file;
    compiled.paths = Module._nodeModulePaths(path.dirname(file));
    compiled._compile(code, file);
    return compiled.exports;
  };
}

module.exports = { compile };
