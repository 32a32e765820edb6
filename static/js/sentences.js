// Sentences that scripts show: they stand on the page, in its language (templates/_sentences.html).
const { content } = document.getElementById("sentences");
const rules = new Intl.PluralRules(document.documentElement.lang);

/** The sentence of this name; with a `count`, in the form that the language has for it, and with the number in it. */
export function sentence(name, count) {
  if (count == null) return content.querySelector(`.${name}`).textContent;
  return content.querySelector(`.${name}.${rules.select(count)}`).textContent.replace("{count}", count);
}
