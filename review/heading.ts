/** By this, at the very start, the program that comments finds its own comment again. */
export const marker = "<!-- mini-xdr: what this change does -->";

/** How a comparison begins, by its verdict. */
export const headings = {
  blocked: "## ⛔ Blocked",
  open: "## ✅ Nothing blocks it",
  unchanged: "**No change**",
} as const;

/** What a comparison says of a change as a whole. */
export type Verdict = keyof typeof headings;
