/* global clearTimeout, setTimeout */
// What the test's pods run: it answers, asks others, looks names up, and ends when it is told to.
const { createServer, get } = require("node:http");
const { resolve4 } = require("node:dns/promises");

const answers = {
  "/": (request) => ({ node: process.env.NODE_NAME, from: request.socket.remoteAddress }),
  "/ask": (_, url) => ask(url),
  "/resolve": async (_, name) => ({ addresses: await resolve4(name) }),
};

/** On a new connection each time: policies judge connections, and leave open ones alone. */
function ask(url) {
  return new Promise((resolve, reject) => {
    const late = () => reject(Object.assign(new Error(), { code: "TIMEOUT" }));
    const request = get(url, { agent: false }, async (response) => {
      const chunks = await response.toArray();
      clearTimeout(limit);
      resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks)) });
    });
    request.on("error", reject);
    const limit = setTimeout(() => request.destroy(late()), 1500);
  });
}

const server = createServer((request, response) => {
  const { pathname, search } = new URL(request.url, "http://pod");
  const answer = answers[pathname] ?? (() => ({}));
  Promise.resolve()
    .then(() => answer(request, decodeURIComponent(search.slice(1))))
    .catch(({ code }) => ({ error: code }))
    .then((body) => response.end(JSON.stringify(body)));
});
server.listen(8080, () => console.log("listening"));
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
