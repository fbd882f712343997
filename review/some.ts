/** The first of a list in one line, and how many more there are. */
export function some(items: string[], shown: number): string {
  const left = items.length - shown;
  return [...items.slice(0, shown), ...(left > 0 ? [`and ${left} more`] : [])].join(", ");
}
