// What static/js/interfaces/embed/matching.js makes of the texts on standard input: their words and hashes, and which block each
// passage is matched with.
import { readFileSync } from "node:fs";
import { digest, match, plainWords } from "../../../static/js/interfaces/embed/matching.js";

const { texts, passages, blocks } = JSON.parse(readFileSync(0, "utf8"));
const made = (text) => {
  const words = plainWords(text);
  const points = [...words];
  return { hash: digest(words), start: points.slice(0, 40).join(""), end: points.slice(-40).join("") };
};
const pairs = await match(passages, blocks.map((text, element) => ({ ...made(text), element })));
console.log(JSON.stringify({ texts: texts.map(made), found: passages.map((one) => pairs.get(one) ?? null) }));
