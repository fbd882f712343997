// Compiles entry points of this project. Plain JavaScript: it runs before anything that could read
// TypeScript.
const fs = require("node:fs");
const path = require("node:path");
const {
  CachedCode,
  dependencies,
  digest,
  keepCode,
  read,
  readCode,
  whole,
  write,
} = require("./code-cache.cjs");

/** Milliseconds by which a file system's clock may lag behind: Linux counts in ticks of up to 10. */
const clockTick = 10;

/** Entry points that this process has compiled. */
const compiled = new Map();

/**
 * Compiles one of a checkout's entry points, with all it imports but the Pulumi SDKs: from the cache
 * while no file that went into it has changed, else by esbuild.
 *
 * @param {string} root the project's folder
 * @param {string} entry path of a TypeScript file in it
 * @param {boolean} keep whether the next run may want it: of a checkout that goes again, nobody will
 * @returns {Promise<Compiled>}
 */
function compile(root, entry, keep = true) {
  const key = path.join(root, entry);
  if (!compiled.has(key)) compiled.set(key, load(root, entry, keep));
  return compiled.get(key);
}

async function load(root, entry, keep) {
  const { code, imports, text } = fromCache(root, entry) ?? (await build(root, entry, keep));
  const cached = new CachedCode(code, text, path.join(root, entry.replace(/\.ts$/, ".cjs")));
  return { imports, run: () => cached.run(), save: () => cached.save() };
}

/** What decides the result beside the sources: how TypeScript is read, and the dependencies. */
function surroundings(root) {
  const content = (name) => fs.readFileSync(path.join(root, name));
  return digest(content("package.json"), content("tsconfig.json"), dependencies(root));
}

const contentOf = (root, file) => digest(fs.readFileSync(path.join(root, file)));

/** What changes whenever a file does: its content then need not be read, as git does it too. */
const stampOf = ({ ino, size, mtimeMs, ctimeMs }) => `${ino} ${size} ${mtimeMs} ${ctimeMs}`;

const statOf = (root, file) => fs.statSync(path.join(root, file));

const descriptionOf = (entry) => `${entry.replace(/\W+/g, "-")}.json`;

function fromCache(root, entry) {
  const description = read(descriptionOf(entry), "utf8");
  if (!description) return undefined;
  try {
    const { around, inputs, imports, code } = JSON.parse(description);
    const unchanged = ([file, { stamp, hash }]) =>
      stampOf(statOf(root, file)) === stamp || contentOf(root, file) === hash;
    if (around !== surroundings(root) || !Object.entries(inputs).every(unchanged)) return undefined;
    const text = readCode(code);
    const same = text && code === nameOf(text);
    return same ? { code, imports, text } : undefined;
  } catch {
    // A file that is gone, or a description of another version.
    return undefined;
  }
}

async function build(root, entry, keep) {
  const esbuild = require("esbuild");
  const around = surroundings(root);
  const started = Date.now();
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
    // This file once a process: it remembers what it has compiled.
    external: ["@pulumi/*", "esbuild", "*/compile.cjs"],
    resolveExtensions: [".ts", ".js", ".json"],
    logLevel: "silent",
  });
  const text = whole(outputFiles[0].text);
  const code = nameOf(text);
  const all = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const imports = [...new Set(all.filter(isOfSdk).map((found) => found.path))].sort();
  // Dependencies are told by what npm has installed.
  const files = Object.keys(metafile.inputs).filter((file) => !file.includes("node_modules/"));
  const inputs = {};
  let settled = true;
  for (const file of files) {
    const hash = contentOf(root, file);
    const stat = statOf(root, file);
    inputs[file] = { hash, stamp: stampOf(stat) };
    // What was saved meanwhile may have been read before or after.
    settled &&= stat.ctimeMs < started - clockTick;
  }
  if (keep && settled && keepCode(code, text))
    write(descriptionOf(entry), JSON.stringify({ around, code, imports, inputs }));
  return { code, imports, text };
}

const nameOf = (text) => `program-${digest(text)}`;

function isOfSdk({ path: name, external }) {
  return external === true && name.startsWith("@pulumi/");
}

module.exports = { compile };
