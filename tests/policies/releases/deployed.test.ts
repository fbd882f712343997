import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployedBy } from "../../../policies/releases/deployed";
import { sealed, unknown, type Resource } from "../../../policies/model/resource";
import type { Settings } from "../../../policies/model/settings";
import { renderedPath } from "../../../policies/releases/rendered";
import { root } from "../../support/planned";
import { judgedStack, setting } from "../support";

/** What a release deploys is known, or it is a violation. */
describe("what the policy pack reads of a Helm release", function () {
  this.timeout(60_000);
  let settings: Settings;
  let application: Resource;
  let monitoring: Resource;

  before(async () => {
    const judged = await judgedStack("prod");
    settings = judged.settings;
    const named = (name: string) => judged.resources.find((resource) => resource.name === name)!;
    application = named("application-release");
    monitoring = named("observability-release");
  });

  const problem = (release: Resource, more: Partial<Settings> = {}) => {
    const deployed = deployedBy(release, { ...settings, ...more });
    return "problem" in deployed ? deployed.problem : undefined;
  };
  const kinds = (release: Resource, more: Partial<Settings> = {}) => {
    const deployed = deployedBy(release, { ...settings, ...more });
    return "objects" in deployed ? deployed.objects.map(({ type }) => type.split(":").pop()) : [];
  };

  it("is the committed objects, also where addresses are not known yet", () => {
    const first = setting("values/migrations/host", unknown)(application);
    for (const release of [application, first])
      assert.equal(kinds(release).filter((kind) => kind === "Deployment").length, 2);
  });

  it("is a problem where they are stale and there is no Helm", () => {
    const changed = setting("values/backend/autoscaling/minReplicas", 2)(application);
    assert.match(problem(changed)!, /rendered objects of mini-xdr are stale.*npm run render/);
  });

  it("is what Helm renders where they are stale and Helm is there", () => {
    const folder = mkdtempSync(join(tmpdir(), "mini-xdr-helm-"));
    // A stand-in for Helm: prints the committed objects, so that the way to it is tested.
    const helm = join(folder, "helm");
    writeFileSync(
      helm,
      `#!/bin/sh\ncat >/dev/null\ncat '${renderedPath(root, "prod", "mini-xdr")}'\n`,
    );
    chmodSync(helm, 0o755);
    try {
      const changed = setting("values/backend/autoscaling/minReplicas", 4)(application);
      assert.equal(kinds(changed, { helm }).filter((kind) => kind === "Deployment").length, 2);
      writeFileSync(helm, "#!/bin/sh\ncat >/dev/null\necho 'execution error: no' >&2; exit 1\n");
      const other = setting("values/backend/autoscaling/minReplicas", 5)(application);
      assert.match(problem(other, { helm })!, /does not render: execution error: no/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  describe("whose committed objects are changed", () => {
    let folder: string, file: string, text: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "mini-xdr-root-"));
      cpSync(join(root, "charts"), join(folder, "charts"), { recursive: true });
      file = renderedPath(folder, "prod", "mini-xdr");
      text = readFileSync(file, "utf8");
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    it("is a problem where an object escapes the rules", () => {
      writeFileSync(file, `${text}\n---\napiVersion: v1\nkind: List\nitems: []\n`);
      assert.match(problem(application, { root: folder })!, /a List hides its objects/);
    });

    it("is a problem where they leave out more than addresses", () => {
      const open = "# without: backend.autoscaling.minReplicas ";
      writeFileSync(file, text.replace("# without: ", open));
      assert.match(problem(application, { root: folder })!, /leave out backend.autoscaling.minRep/);
    });
  });

  it("is a problem where the values, or the chart, cannot be read", () => {
    assert.match(problem(setting("values", sealed)(application))!, /values is sealed/);
    assert.match(problem(setting("values", unknown)(application))!, /values is not known/);
    assert.match(problem(setting("values", undefined)(application))!, /values is absent/);
    assert.match(problem(setting("valueYamlFiles", ["x.yaml"])(application))!, /valueYamlFiles/);
    assert.match(problem(setting("chart", "redis")(application))!, /chart redis is unknown/);
    assert.match(problem(setting("chart", "./charts/none")(application))!, /./);
  });

  it("is a declared map of a remote chart's values, for one version of it", () => {
    assert.ok(kinds(monitoring).includes("Prometheus"));
    assert.match(problem(setting("version", "89.0.0")(monitoring))!, /no declared map.*88\.5\.3/);
  });
});
