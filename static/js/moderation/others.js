// Shows in the list and at the open item what other moderators look at and what they decided. Nothing moves.
const news = document.getElementById("queue-news");

function mark() {
  const told = new Map([...news.querySelectorAll("[data-item]")].map((one) => [one.dataset.item, one]));
  for (const who of document.querySelectorAll("[data-who]")) {
    const place = who.closest("[data-item]");
    const one = told.get(place.dataset.item);
    if (who.textContent !== (one?.textContent ?? "")) who.replaceChildren(...(one?.cloneNode(true).childNodes ?? []));
    place.classList.toggle("is-decided", !!one?.matches("[data-decided]"));
  }
}

if (news) new MutationObserver(mark).observe(news, { childList: true, subtree: true, characterData: true });
