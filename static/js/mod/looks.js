// Who looks at what stands at each line of the list; the lines stay where they are.
const live = document.getElementById("queue-live");

function mark() {
  const names = new Map([...live.querySelectorAll("[data-looks] li")].map(({ dataset }) => [dataset.item, dataset.name]));
  for (const who of document.querySelectorAll(".item-who")) {
    const name = names.get(who.closest(".item").dataset.item);
    const text = name ? `${name} looks at it` : "";
    if (who.textContent !== text) who.textContent = text;
  }
}

if (live) new MutationObserver(mark).observe(live, { childList: true });
