// Sentences that scripts show: they stand on the page, in its language (templates/_sentences.html).
const { content } = document.getElementById("sentences");
const rules = new Intl.PluralRules(document.documentElement.lang);

/** The sentence of this name; with a `count`, in the form that the language has for it. */
export function sentence(name, count) {
  const form = count == null ? "" : `.${rules.select(count)}`;
  return content.querySelector(`.${name}${form}`).textContent.replace("{count}", count);
}
