/** What a chart of ours may consist of. `crds/` is only ever installed, and `charts/` is another's. */
export const declaredParts = [
  "Chart.yaml",
  "README.md",
  "files",
  "templates",
  "values.schema.json",
  "values.yaml",
];

/**
 * What a template may ask of its release. `alone`: the whole action is it, so that nothing is decided
 * by it.
 */
export const declaredRelease: Record<string, "anywhere" | "alone"> = {
  Name: "anywhere",
  Namespace: "anywhere",
  Service: "anywhere",
  // A Job cannot be changed: each revision has one of its own.
  Revision: "alone",
};

/**
 * Functions of Go's templates, of Sprig and of Helm that a template may use: each gives the same
 * for the same values, whenever and wherever it runs. `lookup`, `tpl`, `now`, `randAlphaNum`, `genCA`,
 * `getHostByName` and their kind are not among them.
 */
export const declaredFunctions = [
  ...["define", "else", "end", "if", "include", "range", "with"],
  ...["and", "eq", "gt", "has", "hasKey", "lt", "ne", "not", "or"],
  ...["append", "concat", "dict", "first", "get", "initial", "join", "keys", "last", "list"],
  ...["sortAlpha", "uniq"],
  ...["base", "indent", "lower", "nindent", "print", "printf", "quote", "replace", "trim"],
  ...["trimPrefix", "trimSuffix", "upper"],
  ...["add", "int", "max", "min", "mul", "sub"],
  ...[
    "default",
    "fail",
    "fromYamlArray",
    "mustToDate",
    "required",
    "sha256sum",
    "toJson",
    "toYaml",
    "unixEpoch",
  ],
];
