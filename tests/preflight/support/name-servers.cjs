// A stand-in for the DNS of a command: every zone is led to the servers that the test names.
const { Resolver } = require("node:dns/promises");

Resolver.prototype.resolveNs = async () => process.env.STAND_IN_NAME_SERVERS.split(" ");
