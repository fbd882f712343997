/* global fetch, AbortSignal */
// What the test's pods run: it answers, asks others, looks names up, and ends when it is told to.
const { createServer } = require("node:http");
const { resolve4 } = require("node:dns/promises");

const answers = {
  "/": (request) => ({ node: process.env.NODE_NAME, from: request.socket.remoteAddress }),
  "/ask": async (_, url) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(1500) });
    return { status: response.status, body: await response.json() };
  },
  "/resolve": async (_, name) => ({ addresses: await resolve4(name) }),
};

const server = createServer((request, response) => {
  const { pathname, search } = new URL(request.url, "http://pod");
  const answer = answers[pathname] ?? (() => ({}));
  Promise.resolve()
    .then(() => answer(request, decodeURIComponent(search.slice(1))))
    .catch(({ code, name }) => ({ error: typeof code === "string" ? code : name }))
    .then((body) => response.end(JSON.stringify(body)));
});
server.listen(8080, () => console.log("listening"));
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
