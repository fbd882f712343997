// Two dependencies of the Pulumi SDKs serve only to send functions to the cloud, which this program
// never does: they are loaded when first touched, which saves about half of the SDKs' loading time.
const Module = require("node:module");

const deferred = [/^@npmcli\/arborist$/, /typescript-shim$/];
const load = Module._load;

Module._load = function (request, parent, isMain) {
  if (!deferred.some((pattern) => pattern.test(request)))
    return load.call(this, request, parent, isMain);
  let loaded;
  return new Proxy(
    {},
    {
      get: (_, key) =>
        key === "__esModule" ? true : (loaded ??= load.call(Module, request, parent, isMain))[key],
    },
  );
};
