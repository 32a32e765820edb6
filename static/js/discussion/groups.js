// The discussion by passage: which group a comment belongs to, and adding a group for a new comment.
import { discussion } from "../platform/page.js";
import { rows } from "../articles/passages.js";
import { sentence } from "../platform/sentences.js";

const FINAL_GROUPS = ["whole", "earlier"];
const MAX_WORDS_LENGTH = 84; // of what names a passage

export const isGrouped = () => discussion()?.dataset.view === "passage";
export const groupOf = (name) => document.getElementById(`g${name}`);
export const groupNameOf = ({ dataset }) => (dataset.anchor === "lost" ? "earlier" : (dataset.passage ?? "whole"));

/** Return the list that a comment belongs in. */
export function listOf(comment) {
  const { parent } = comment.dataset;
  if (parent) return document.getElementById(`c${parent}-list`);
  if (!isGrouped()) return document.getElementById("comments");
  const name = groupNameOf(comment);
  return (groupOf(name) ?? addGroup(name)).querySelector(".group-list");
}

function addGroup(name) {
  const group = document.getElementById("new-group").content.firstElementChild.cloneNode(true);
  for (const one of [group, ...group.querySelectorAll("[id]")]) one.id = one.id.replace("new", name);
  group.dataset.group = name;
  const row = rows.get(name);
  const [link, respondLink] = group.querySelectorAll("a");
  group.setAttribute("aria-labelledby", link.parentElement.id);
  if (row) {
    link.firstElementChild.textContent = shortened(row.firstElementChild.textContent.trim());
    // Set as they are written: a template's document has an address of its own.
    link.setAttribute("href", `#p${name}`);
    respondLink.setAttribute("href", `?passage=${name}#discussion`);
  } else {
    link.replaceWith(sentence(name));
    respondLink.remove();
  }
  const order = [...rows.keys(), ...FINAL_GROUPS];
  const after = [...document.getElementById("comments").children].find((one) => order.indexOf(one.dataset.group) > order.indexOf(name));
  document.getElementById("comments").insertBefore(group, after ?? null);
  return group;
}

/** Have new groups say how many responses they have, as the markers of their passages do. */
export function countNewGroups() {
  for (const sum of document.querySelectorAll(".group-sum:empty")) {
    const number = rows.get(sum.closest(".group")?.dataset.group)?.querySelector(".gutter > b");
    if (number && number.textContent !== "1") sum.append(number.cloneNode(true));
  }
}

const shortened = (text) => (text.length > MAX_WORDS_LENGTH ? `${text.slice(0, MAX_WORDS_LENGTH).replace(/\s+\S*$/, "")}…` : text);
