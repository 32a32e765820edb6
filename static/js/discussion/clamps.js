// "more" is offered only where a comment is cut, which depends on the width and the font.
import htmx from "../platform/htmx.js";

const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const clamp = target.nextElementSibling;
    if (clamp?.matches(".clamp:not([open])")) clamp.hidden = target.scrollHeight <= target.clientHeight + 1;
  }
});

htmx.onLoad((added) => {
  for (const clamp of added.querySelectorAll(".clamp")) observer.observe(clamp.previousElementSibling);
});
