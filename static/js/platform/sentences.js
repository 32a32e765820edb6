// The sentences that scripts show. The page contains them, in its language (templates/_sentences.html).
const { content } = document.getElementById("sentences");
const rules = new Intl.PluralRules(document.documentElement.lang);

/** Return the sentence of this name; with `count`, in its plural form and with the number in it. */
export function sentence(name, count) {
  if (count == null) return content.querySelector(`.${name}`).textContent;
  return content.querySelector(`.${name}.${rules.select(count)}`).textContent.replace("{count}", count);
}
