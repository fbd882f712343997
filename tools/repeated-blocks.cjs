// Fails where a block of six lines stands twice, for `npm run lint`. Tests and the tables of rules look
// alike by intent; import lists say what a file needs, and cannot be shared.
const { createHash } = require("node:crypto");
const path = require("node:path");
const { getDefaultOptions, getModeByName, MemoryStore, Statistic } = require("@jscpd/core");
const { getFilesToDetect, InFilesDetector } = require("@jscpd/finder");
const { Tokenizer } = require("@jscpd/tokenizer");

process.chdir(path.dirname(__dirname));

const rooms =
  "chaos commands components conformance images lib plan policies recovery rehearsal review tools".split(
    " ",
  );
const withoutComments = getModeByName("weak");

/** Whether the tokens at hand are those of an import, up to its semicolon. */
let importing = false;

function isCode(token) {
  if (token.type === "keyword" && token.value === "import") importing = true;
  const counts = !importing && withoutComments(token);
  if (token.value === ";") importing = false;
  return counts;
}

const options = {
  ...getDefaultOptions(),
  path: rooms,
  pattern: "**/*.{ts,cjs}",
  ignore: ["**/node_modules/**", "policies/rules/**", "**/*.d.ts"],
  format: ["typescript", "javascript"],
  formatsExts: { typescript: ["ts"], javascript: ["cjs"] },
  mode: isCode,
  // From the first of six lines to the last.
  minLines: 5,
  minTokens: 45,
  hashFunction: (value) => createHash("md5").update(value).digest("hex"),
};

async function main() {
  const files = getFilesToDetect(options);
  const store = new MemoryStore();
  const detector = new InFilesDetector(new Tokenizer(), store, new Statistic(), options);
  const clones = await detector.detect(files);
  const place = ({ sourceId, start, end }) => `${sourceId}:${start.line}-${end.line}`;
  for (const { duplicationA, duplicationB } of clones)
    console.error(`${place(duplicationA)} stands again at ${place(duplicationB)}`);
  console.log(`${files.length} files, ${clones.length} blocks that stand twice`);
  return clones.length === 0 ? 0 : 1;
}

main().then((code) => process.exit(code));
