import { cp, symlink } from "node:fs/promises";
import path from "node:path";

/** Neither is part of the project: the one is linked, the other not wanted. */
const left = ["node_modules", ".git"];

/** Copies a checkout as it is now, uncommitted changes included; it shares the dependencies. */
export async function copyCheckout(root: string, to: string): Promise<void> {
  const filter = (file: string) => !left.includes(path.relative(root, file));
  await cp(root, to, { recursive: true, filter });
  await symlink(path.join(root, "node_modules"), path.join(to, "node_modules"));
}
