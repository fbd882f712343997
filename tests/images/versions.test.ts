import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/planned";

interface Manifest {
  engines: object;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  overrides?: Record<string, string>;
}

interface Lockfile {
  packages: Record<string, { version?: string; resolved?: string; integrity?: string }>;
}

const read = <T>(...parts: string[]) => JSON.parse(readFileSync(join(root, ...parts), "utf8")) as T;
const direct = ({ dependencies, devDependencies }: Manifest) => ({
  ...dependencies,
  ...devDependencies,
});

/** Folders of the images that are built here. */
const images = readdirSync(join(root, "images"));
const project = read<Manifest>("package.json");

describe("the images' npm packages", () => {
  it("are of the images that there are", () => {
    assert.deepEqual(images.sort(), ["backend", "backup", "frontend", "pooler"]);
  });

  for (const image of images) {
    const manifest = read<Manifest>("images", image, "package.json");
    const lock = read<Lockfile>("images", image, "package-lock.json").packages;

    it(`${image}: what it names are the project's versions, which its tests run with`, () => {
      // A package that only the image has would run in no test.
      for (const [name, version] of Object.entries(direct(manifest)))
        assert.equal(direct(project)[name], version, name);
      for (const [name, version] of Object.entries(manifest.overrides ?? {}))
        assert.equal(project.overrides?.[name], version, name);
      assert.deepEqual(manifest.engines, project.engines);
    });

    it(`${image}: its lockfile is of these versions`, () => {
      const { dependencies, devDependencies } = manifest;
      const named = lock[""] as Manifest;
      assert.deepEqual(
        [named.dependencies, named.devDependencies],
        [dependencies, devDependencies],
      );
      for (const [name, version] of Object.entries(direct(manifest)))
        assert.equal(lock[`node_modules/${name}`]?.version, version, name);
    });
  }

  for (const folder of [".", ...images.map((image) => `images/${image}`)])
    it(`${folder}: the lockfile pins contents, and no registry`, () => {
      const { "": self, ...packages } = read<Lockfile>(folder, "package-lock.json").packages;
      assert.ok(self);
      for (const [name, { resolved, integrity }] of Object.entries(packages)) {
        assert.equal(resolved, undefined, name);
        assert.match(integrity ?? "", /^sha512-/, name);
      }
    });
});
