import { format } from "prettier";

/** A page with something else between its marks. */
export function within(
  page: string,
  [begin = "", end = ""]: string[],
  text: string,
): Promise<string> {
  const [head, rest = ""] = page.split(begin);
  const tail = rest.split(end)[1] ?? "";
  return markdown(`${head}${begin}\n\n${text}\n\n${end}${tail}`);
}

/** Text as the other pages are formatted. */
export function markdown(text: string): Promise<string> {
  return format(text, { parser: "markdown", printWidth: 100 });
}
