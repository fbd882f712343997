// Leaves out of the Pulumi SDKs what a plan never needs, and what would take most of its time.
// Under the real engine nothing of this applies; MINI_XDR_DEBUG=1 leaves the SDKs as they are.
const Module = require("node:module");

/** They serve only to send functions to the cloud, and are loaded when first touched. */
const deferred = new Map([
  ["@npmcli/arborist", "@npmcli/arborist"],
  ["./typescript-shim", "@pulumi/pulumi/typescript-shim"],
  ["../../typescript-shim", "@pulumi/pulumi/typescript-shim"],
]);
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const late = deferred.get(request);
  if (!late) return load.call(this, request, parent, isMain);
  let loaded;
  const get = (_, key) => (key === "__esModule" ? true : (loaded ??= require(late))[key]);
  return new Proxy({}, { get });
};

if (!process.env.MINI_XDR_DEBUG) {
  // For its own debugging the SDK captures a stack for every promise and for every resource.
  require("@pulumi/pulumi/runtime/debuggable").debuggablePromise = (promise) => promise;
  require("@pulumi/pulumi/resource").Resource.callsites = () => [];
}
