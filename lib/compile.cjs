// Compiles entry points of this project. Plain JavaScript: it runs before anything that could read
// TypeScript.
const fs = require("node:fs");
const path = require("node:path");
const { CachedCode, digest, keepCode, read, readCode, write } = require("./code-cache.cjs");

/** Entry points that this process has compiled. */
const compiled = new Map();

/**
 * Compiles one of a checkout's entry points, with all it imports but the Pulumi SDKs: from the cache
 * while no file that went into it has changed, else by esbuild.
 *
 * @param {string} root the project's folder
 * @param {string} entry path of a TypeScript file in it
 * @returns {Promise<Compiled>}
 */
function compile(root, entry) {
  const key = path.join(root, entry);
  if (!compiled.has(key)) compiled.set(key, load(root, entry));
  return compiled.get(key);
}

async function load(root, entry) {
  const { code, imports, text } = fromCache(root, entry) ?? (await build(root, entry));
  const cached = new CachedCode(code, text, path.join(root, entry.replace(/\.ts$/, ".cjs")));
  return { imports, run: () => cached.run(), save: () => cached.save() };
}

/** What decides the result beside the sources: dependencies, and how TypeScript is read. */
function surroundings(root) {
  const content = (name) => fs.readFileSync(path.join(root, name));
  return digest(content("package-lock.json"), content("tsconfig.json"));
}

const descriptionOf = (entry) => `${entry.replace(/\W+/g, "-")}.json`;

function fromCache(root, entry) {
  const description = read(descriptionOf(entry), "utf8");
  if (!description) return undefined;
  try {
    const { around, inputs, imports, code } = JSON.parse(description);
    const same = ([file, hash]) => digest(fs.readFileSync(path.join(root, file))) === hash;
    if (around !== surroundings(root) || !Object.entries(inputs).every(same)) return undefined;
    const text = readCode(code);
    return text && { code, imports, text };
  } catch {
    // A file that is gone, or a description of another version.
    return undefined;
  }
}

async function build(root, entry) {
  const esbuild = require("esbuild");
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path.join(root, "compiled.cjs"),
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["@pulumi/*", "esbuild"],
    logLevel: "silent",
  });
  const code = `program-${digest(outputFiles[0].text)}`;
  const text = keepCode(code, outputFiles[0].text);
  const all = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const imports = [...new Set(all.filter(isOfSdk).map((found) => found.path))].sort();
  // Dependencies are told by the lock file.
  const files = Object.keys(metafile.inputs).filter((file) => !file.includes("node_modules/"));
  const inputs = files.map((file) => [file, digest(fs.readFileSync(path.join(root, file)))]);
  const description = { around: surroundings(root), code, imports };
  write(
    descriptionOf(entry),
    JSON.stringify({ ...description, inputs: Object.fromEntries(inputs) }),
  );
  return { code, imports, text };
}

function isOfSdk({ path: name, external }) {
  return external === true && name.startsWith("@pulumi/");
}

module.exports = { compile };
