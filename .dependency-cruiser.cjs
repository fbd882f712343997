// Which way imports may point, type imports included. `npm run lint` checks it.

/** A room, and what it may import beside itself and npm packages. */
const rooms = {
  lib: [],
  tools: ["lib"],
  // What others publish and we run, pinned, as data: it imports nothing of ours.
  upstream: [],
  // Copies it into a registry.
  mirror: ["upstream", "lib", "tools"],
  policies: ["upstream"],
  images: [],
  // Judges any team's image from outside: it knows nothing of ours.
  conformance: ["lib", "tools"],
  // What is watched and who is told, as data: it imports nothing of ours.
  observability: [],
  // Draws what the chart ships: it reads dashboards' files, as Grafana does, not our data.
  pictures: ["lib", "tools"],
  components: ["config", "observability", "upstream", "lib"],
  plan: ["policies", "upstream", "lib", "tools"],
  // What people on call run starts without the program, the plan and the test beds.
  recovery: ["policies", "images", "lib"],
  // Asks an account whether it can take what is planned; the plan says what that is.
  preflight: ["plan", "policies", "lib"],
  // The month of a plan, by list prices.
  cost: ["preflight", "plan", "policies", "lib"],
  // What a change does to every stack, for its reviewers.
  review: ["cost", "preflight", "plan", "policies", "lib"],
  rehearsal: ["recovery", "mirror", "upstream", "plan", "policies", "images", "lib", "tools"],
  chaos: ["rehearsal", "plan", "observability", "images", "lib", "tools"],
};

const folderOf = (room) => (room === "config" ? "^config(-schema)?\\.ts$" : `^${room}/`);

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circle",
      comment: "Two files that import each other are one, or hide a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    ...Object.entries(rooms).map(([room, others]) => ({
      name: `${room}-imports`,
      comment: `${room}/ imports ${["itself", ...others].join(", ")} and npm packages only.`,
      severity: "error",
      from: { path: folderOf(room) },
      to: {
        dependencyTypesNot: ["core", "npm", "npm-dev"],
        pathNot: [room, ...others].map(folderOf).concat("node_modules"),
      },
    })),
    {
      name: "the-program-imports",
      comment: "The program is components and configuration; nothing that reads or tests it.",
      severity: "error",
      from: { path: "^(index|config|config-schema)\\.ts$" },
      to: { pathNot: ["^components/", "^config(-schema)?\\.ts$", "node_modules"] },
    },
    {
      name: "on-call-commands-import",
      comment:
        "failover, restore and rebuild start without the program, the plan and the test beds.",
      severity: "error",
      from: { path: "^commands/(failover|restore|rebuild)\\.ts$" },
      to: { pathNot: ["^recovery/", "^lib/", "^commands/launch\\.ts$", "node_modules"] },
    },
    {
      name: "nothing-imports-commands",
      comment: "A command is where a program starts; what others need lives in a room of its own.",
      severity: "error",
      from: { pathNot: "^(commands|tests)/" },
      to: { path: "^commands/" },
    },
    {
      name: "nothing-imports-tests",
      comment: "Tests prove; they supply nothing.",
      severity: "error",
      from: { pathNot: "^tests/" },
      to: { path: "^tests/" },
    },
  ],
  options: {
    includeOnly: {
      path: `^(index|config|config-schema)\\.ts$|^(${[...Object.keys(rooms), "commands", "tests"].join("|")})/|node_modules`,
    },
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: { extensions: [".ts", ".d.ts", ".cjs", ".cts", ".js", ".json"] },
  },
};
