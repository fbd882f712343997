/** What a stand-in of GitHub answers; the body is sent as JSON. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A refusal, as GitHub words it. */
export function refused(status: number, message: string, errors?: object[]): Answer {
  const documentation_url = "https://docs.github.com/rest";
  return { status, body: { message, errors, documentation_url, status: String(status) } };
}

/** One page of a list, as GitHub gives it: 30 items, 100 at most, and the other pages in a Link header. */
export function paged(items: object[], url: URL): Answer {
  const size = Math.min(Number(url.searchParams.get("per_page") ?? 30), 100);
  const page = Number(url.searchParams.get("page") ?? 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const to = (number: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    return `<${target}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, "prev")] : []),
    ...(page < last ? [to(page + 1, "next"), to(last, "last")] : []),
  ];
  return {
    status: 200,
    body: items.slice((page - 1) * size, page * size),
    headers: links.length > 0 ? { link: links.join(", ") } : undefined,
  };
}
