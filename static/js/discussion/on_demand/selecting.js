// Selecting by keyboard: on a passage's marker, the left and right arrows select one word after the other, and with Shift
// all arrows extend the selection.
const MOVES = { ArrowRight: ["right"], ArrowLeft: ["left"], ArrowDown: ["forward", "line"], ArrowUp: ["backward", "line"] };

export function select({ key, shiftKey, ctrlKey, altKey, target }) {
  const passage = target.parentElement.firstElementChild;
  const selection = getSelection();
  const isHere = passage.contains(selection.anchorNode);
  if (!isHere) selection.collapse(document.createTreeWalker(passage, NodeFilter.SHOW_TEXT).nextNode(), 0);
  if (!shiftKey) return chooseWord(selection, (key === "ArrowRight") === (getComputedStyle(passage).direction === "ltr"), isHere, passage);
  const [way, step = ctrlKey || altKey ? "word" : "character"] = MOVES[key];
  selection.modify("extend", way, step);
}

function chooseWord(selection, onward, isHere, passage) {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection;
  if (isHere && onward) {
    selection.collapseToEnd();
    selection.modify("move", "forward", "word");
    selection.modify("move", "backward", "word");
  }
  if (isHere && !onward) {
    selection.collapseToStart();
    selection.modify("move", "backward", "word");
  }
  // At the ends of the passage, the word stays chosen.
  if (!passage.contains(selection.anchorNode)) return selection.setBaseAndExtent(anchorNode, anchorOffset, focusNode, focusOffset);
  selection.modify("extend", "forward", "word");
}
