import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { loadAll } from "js-yaml";
import { output } from "../../lib/processes";

interface Container {
  name: string;
  image: string;
  command: string[];
  env: { name: string; value: string }[];
  volumeMounts: { name: string; mountPath: string }[];
}

const root = path.join(__dirname, "../..");
const text = readFileSync(path.join(root, "charts/rendered/prod/pgbouncer.yaml"), "utf8");
const objects = loadAll(text) as any[]; // eslint-disable-line @typescript-eslint/no-explicit-any
const { containers, volumes } = objects.find((object) => object?.kind === "Deployment").spec
  .template.spec as { containers: Container[]; volumes: { name: string; configMap?: object }[] };
const container = (name: string) => containers.find((each) => each.name === name)!;

describe("the sidecar that sheds a demoted writer", () => {
  it("runs the ConfigMap's script as the laboratory does", async () => {
    const { command, env, volumeMounts } = container("reconnect");
    assert.deepEqual(command, ["/bin/sh", "/etc/reconnect/reconnect.sh", "minixdr"]);
    assert.deepEqual(
      env.map(({ name }) => name),
      ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE"],
    );
    assert.ok(volumeMounts.some(({ mountPath }) => mountPath === "/etc/reconnect"));
    const volume = volumes.find(({ name }) => name === "reconnect");
    const items = [{ key: "reconnect.sh", path: "reconnect.sh" }];
    assert.deepEqual(volume?.configMap, { name: "pgbouncer", items });
    const script = objects.find((object) => object?.data?.["reconnect.sh"]).data["reconnect.sh"];
    await output("sh", ["-n"], { input: script });
  });

  it("has PgBouncer's image and socket, and no secret", () => {
    const [sidecar, pooler] = [container("reconnect"), container("pgbouncer")];
    assert.equal(sidecar.image, pooler.image);
    const mounts = sidecar.volumeMounts.map(({ name }) => name).sort();
    assert.deepEqual(mounts, ["reconnect", "run"]);
  });
});
