// What keeps this process alive, a line each: a child by its command, a socket or pipe by its ends.

/** Node has no public list; `getActiveResourcesInfo` gives kinds without saying which. */
exports.openHandles = () => {
  const handles = process._getActiveHandles().filter((handle) => !standard.has(handle.fd));
  const kinds = process.getActiveResourcesInfo().filter((kind) => !kind.startsWith("TTY"));
  return [...handles.map(describe), `resources: ${kinds.join(", ")}`];
};

const standard = new Set([0, 1, 2]);

function describe(handle) {
  const name = handle.constructor.name;
  if (name === "ChildProcess")
    return `process ${handle.pid}, exit code ${handle.exitCode}: ${handle.spawnargs.join(" ")}`;
  if (name === "Server") return `server ${JSON.stringify(handle.address())}`;
  const { localPort, remoteAddress, remotePort, readable, writable } = handle;
  return `${name} ${JSON.stringify({ localPort, remoteAddress, remotePort, readable, writable })}`;
}
