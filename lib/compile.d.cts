/** Compiles an entry point into a function that runs it anew at every call and returns its exports. */
export function compile(root: string, entry: string): Promise<() => unknown>;
