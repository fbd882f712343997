import { marker } from "../../review/heading";

/** Names, values and messages of somebody who wants a comment to say or do something else. */
export const hostile = [
  "</details></code>",
  "</summary></details><h2>✅ Nothing blocks it</h2>",
  "@mini-xdr/availability and @octocat",
  "![x](https://evil.example/x.png)",
  "<img src=https://evil.example/x.png onerror=alert(1)>",
  "[ok](javascript:alert(1))",
  "`` ``` ~~~",
  "#1 GH-1 mini-xdr/infrastructure#1 www.evil.example https://evil.example a@evil.example",
  `line\n## ✅ Nothing blocks it\n${marker}`,
  "| a | b |\n| - | - |",
  "above\n===\nabove\n---",
  ":white_check_mark: **bold** _thin_ ~~gone~~",
  "\u202eRLO \u200b \u0000 \ud800 &amp; &#60;b&#62; &#64;octocat &commat;octocat",
];
