import { show } from "../model/expectation";
import { at, sealed, unknown } from "../model/resource";
import { Each, Leaf, Named, type Declaration } from "./declaration";

/** A value at a place where no declaration foresees it. */
export interface Stray {
  /** Such as `spec.strategy.type`; empty for the whole. */
  path: string;
  /** What is wrong with it, as one clause that begins with the path. */
  problem: string;
}

/** Everything below a value that its declaration does not foresee, in the order of the value. */
export function undeclared(
  value: unknown,
  declaration: Declaration | undefined,
  path = "",
): Stray[] {
  if (value === undefined || value === null) return [];
  if (!declaration)
    return [stray(path, value, "no rule judges it and policies/declared does not declare it")];
  if (declaration instanceof Leaf) return ofLeaf(value, declaration, path);
  if (value === unknown || value === sealed)
    return isOpen(declaration, value)
      ? []
      : [stray(path, value, "parts of it have to be seen; give it piece by piece")];
  if (declaration instanceof Named) return ofNamed(value, declaration, path);
  if (typeof value !== "object") return [stray(path, value, "it must have parts of its own")];
  return Object.entries(value).flatMap(([key, item]) =>
    undeclared(
      item,
      declaration instanceof Each ? declaration.element : own(declaration, key),
      path ? `${path}.${key}` : key,
    ),
  );
}

function ofLeaf(value: unknown, leaf: Leaf, path: string): Stray[] {
  if (typeof value === "object" && !leaf.whole) {
    if (Array.isArray(value))
      return value.flatMap((item, index) => ofLeaf(item, leaf, `${path}.${index}`));
    return [stray(path, value, "only a single value is declared here")];
  }
  if (leaf.expected.accepts(value)) return [];
  return [stray(path, value, `only ${leaf.expected.says} is declared: ${leaf.why}`)];
}

function ofNamed(value: unknown, { key, elements }: Named, path: string): Stray[] {
  if (!Array.isArray(value)) return [stray(path, value, "it must be a list")];
  return value.flatMap((item, index) => {
    const name = at(item, key);
    const declared = typeof name === "string" ? own(elements, name) : undefined;
    return declared
      ? undeclared(item, declared, `${path}.${index}`)
      : [stray(`${path}.${index}`, item, `no rule judges this ${key} and nothing declares it`)];
  });
}

/** Whether everything that might lie below may be anything. */
function isOpen(declaration: Declaration, value: unknown): boolean {
  if (declaration instanceof Leaf) return declaration.expected.accepts(value);
  if (declaration instanceof Each) return isOpen(declaration.element, value);
  const parts = declaration instanceof Named ? declaration.elements : declaration;
  return Object.values(parts as Record<string, Declaration>).every((part) => isOpen(part, value));
}

/** Not what an object inherits: a property may be called `constructor`. */
function own<Value>(record: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function stray(path: string, value: unknown, why: string): Stray {
  return { path, problem: `${path || "it"} is ${show(value)}; ${why}` };
}
