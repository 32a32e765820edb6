// Runs the built script in a page with a number of comments, for a forum that cannot be reached, and says what it asked.
// An error of the script ends this program.
const asked = [];
const element = { getAttribute: () => "https://pub.example/story", closest: () => null, dataset: {} };
globalThis.location = { href: "https://pub.example/story" };
globalThis.document = {
  currentScript: { src: "https://forum.example/embed/v1.js", dataset: { site: "pub" } },
  readyState: "complete",
  querySelector: (selector) => (selector.startsWith("link") ? null : element),
  querySelectorAll: () => [element],
};
globalThis.fetch = async (url) => {
  asked.push(new URL(url).pathname);
  throw new TypeError("Failed to fetch");
};
await import("../../../static/embed-v1.js");
await new Promise((done) => setTimeout(done, 50));
console.log(JSON.stringify({ asked, isCounted: "counted" in element.dataset }));
