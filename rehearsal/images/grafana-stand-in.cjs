// Stands in for Grafana in its image: it answers the health check on Grafana's port, and nothing else.
// There is no page, no login, no dashboard, and no data source is asked.
const { createServer } = require("node:http");

const server = createServer((request, response) => {
  response.writeHead(request.url === "/api/health" ? 200 : 404, {
    "content-type": "application/json",
  });
  response.end(JSON.stringify({ standIn: "for Grafana, answers its health check only" }));
});
server.listen(3000);

// As the first process of its container it would not end by itself.
process.on("SIGTERM", () => {
  server.close();
  server.closeIdleConnections();
});
