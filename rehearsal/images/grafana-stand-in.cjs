// Stands in for Grafana in its image: on Grafana's port it answers the health check, and the scrape with no
// figures at all. There is no page, no login, no dashboard, and no data source is asked.
const { createServer } = require("node:http");

const server = createServer((request, response) => {
  if (request.url === "/metrics") {
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end();
    return;
  }
  response.writeHead(request.url === "/api/health" ? 200 : 404, {
    "content-type": "application/json",
  });
  response.end(JSON.stringify({ standIn: "for Grafana, answers its health check and no figures" }));
});
server.listen(3000);

// As the first process of its container it would not end by itself.
process.on("SIGTERM", () => {
  server.close();
  server.closeIdleConnections();
});
