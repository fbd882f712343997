// Keeps compiled code between runs. It only saves time: whatever is missing, stale or damaged is
// compiled again, and a folder that cannot be written changes nothing but the time.
const { isAscii } = require("node:buffer");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const os = require("node:os");
const path = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");

/** Pieces of code that are kept of each kind: of a few checkouts, each in a few states. */
const kept = 8;

const digest = (...parts) => {
  const hash = createHash("sha1");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
};

/** `$XDG_CACHE_HOME/mini-xdr`, by default under `~/.cache`: all that this project keeps on a machine. */
function cacheHome() {
  const { XDG_CACHE_HOME = "" } = process.env;
  // The XDG specification: a relative path is to be ignored.
  if (path.isAbsolute(XDG_CACHE_HOME)) return path.join(XDG_CACHE_HOME, "mini-xdr");
  return path.join(os.homedir() || os.userInfo().homedir, ".cache", "mini-xdr");
}

/** States of the dependencies, by checkout: they are asked for by all that is compiled. */
const states = new Map();

/** Tells one state of the dependencies from another: what is wanted, and what npm has installed. */
function dependencies(root) {
  if (!states.has(root)) states.set(root, stateOf(root));
  return states.get(root);
}

function stateOf(root) {
  const content = (name) => fs.readFileSync(path.join(root, name));
  const installed = path.join("node_modules", ".package-lock.json");
  const there = fs.existsSync(path.join(root, installed));
  return digest(content("package-lock.json"), there ? content(installed) : "");
}

const folder = () => path.join(cacheHome(), "compiled");

/** A file of the cache; undefined where there is none. */
function read(name, encoding) {
  try {
    return fs.readFileSync(path.join(folder(), name), encoding);
  } catch {
    return undefined;
  }
}

/** Whether the cache can be written to. */
function canKeep() {
  try {
    fs.mkdirSync(folder(), { recursive: true, mode: 0o700 });
    fs.accessSync(folder(), fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Writes a file whole or not at all. Returns whether it could. */
function write(name, content) {
  if (!canKeep()) return false;
  const file = path.join(folder(), name);
  const partial = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(partial, content, { mode: 0o600 });
    fs.renameSync(partial, file);
    return true;
  } catch {
    fs.rmSync(partial, { force: true });
    return false;
  }
}

/** Removes all but the newest code of a kind, which is how its name begins. */
function prune(kind) {
  const code = fs
    .readdirSync(folder())
    .filter((name) => name.startsWith(`${kind}-`) && name.endsWith(".js"));
  const age = (name) => fs.statSync(path.join(folder(), name)).mtimeMs;
  const old = code.sort((a, b) => age(b) - age(a)).slice(kept);
  for (const name of fs.readdirSync(folder()))
    if (old.some((other) => name.startsWith(path.parse(other).name)))
      fs.rmSync(path.join(folder(), name), { force: true });
}

/** Ends every file of code, so that one that was cut off is noticed. */
const mark = "\n// whole\n";

/** Code as it is kept. */
const whole = (code) => code + mark;

/** Keeps whole code as `KIND-DIGEST`. Returns whether it could. */
function keepCode(name, code) {
  if (!write(`${name}.js`, code)) return false;
  try {
    prune(name.split("-")[0]);
  } catch {
    // Another process does the same at the same time.
  }
  return true;
}

/** Code that was kept under this name; undefined where there is none, or only a part of it. */
function readCode(name) {
  const bytes = read(`${name}.js`);
  // Decoding UTF-8 takes several times as long, and most code is ASCII.
  const code = bytes?.toString(isAscii(bytes) ? "latin1" : "utf8");
  return code?.endsWith(mark) ? code : undefined;
}

/** CommonJS code that V8 has compiled before, where it has: then it starts without a compiler. */
class CachedCode {
  /**
   * @param {string} name of the code in the cache
   * @param {string} code
   * @param {string} file the path that it takes for its own
   */
  constructor(name, code, file) {
    this.file = file;
    // V8 refuses what another version or other options have compiled; the tag tells them apart.
    this.name = `${name}-${v8.cachedDataVersionTag()}.v8`;
    const cachedData = verified(read(this.name));
    this.script = new vm.Script(Module.wrap(code), { filename: file, cachedData });
    this.compiled = cachedData !== undefined && !this.script.cachedDataRejected;
  }

  /** Runs it afresh and returns its exports. */
  run(require = Module.createRequire(this.file)) {
    const module = { exports: {} };
    this.function ??= this.script.runInThisContext();
    this.function(module.exports, require, module, this.file, path.dirname(this.file));
    return module.exports;
  }

  /** Keeps what V8 has compiled so far, unless that was there. */
  save() {
    if (this.compiled) return;
    const data = this.script.createCachedData();
    write(this.name, Buffer.concat([Buffer.from(digest(data), "hex"), data]));
  }
}

/** V8 trusts what it is given, so what was damaged must not reach it. */
function verified(stored) {
  if (!stored) return undefined;
  const data = stored.subarray(20);
  return digest(data) === stored.subarray(0, 20).toString("hex") ? data : undefined;
}

module.exports = {
  CachedCode,
  cacheHome,
  canKeep,
  dependencies,
  digest,
  keepCode,
  read,
  readCode,
  whole,
  write,
};
