// The discussion by passage: where a comment belongs, and groups that begin with a comment that arrived.
import { talk } from "./page.js";
import { rows } from "./passages.js";
import { sentence } from "./sentences.js";

const LAST = ["whole", "earlier"];
const LONGEST = 90;

export const grouped = () => talk()?.dataset.view === "passage";
export const groupOf = (name) => document.getElementById(`g${name}`);
export const nameOf = ({ dataset }) => (dataset.anchor === "lost" ? "earlier" : (dataset.passage ?? "whole"));

/** The list that a comment stands in. */
export function listOf(comment) {
  const { parent } = comment.dataset;
  if (parent) return document.getElementById(`c${parent}-list`);
  if (!grouped()) return document.getElementById("comments");
  const name = nameOf(comment);
  return (groupOf(name) ?? begin(name)).querySelector(".group-list");
}

function begin(name) {
  const group = document.getElementById("new-group").content.firstElementChild.cloneNode(true);
  for (const one of [group, ...group.querySelectorAll("[id]")]) one.id = one.id.replace("new", name);
  group.dataset.group = name;
  const row = rows.get(name);
  const [link, answer] = group.querySelectorAll("a");
  group.setAttribute("aria-labelledby", link.parentElement.id);
  link.textContent = row ? shortened(row.firstElementChild.textContent.trim()) : sentence(name);
  if (row) {
    link.hash = `p${name}`;
    answer.search = `passage=${name}`;
    group.querySelector(".group-sum").append(...row.querySelector(".gutter").cloneNode(true).querySelectorAll("b"));
  } else {
    link.replaceWith(link.textContent);
    answer.remove();
  }
  const order = [...rows.keys(), ...LAST];
  const after = [...document.getElementById("comments").children].find((one) => order.indexOf(one.dataset.group) > order.indexOf(name));
  document.getElementById("comments").insertBefore(group, after ?? null);
  return group;
}

const shortened = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST).replace(/\s+\S*$/, "")}…` : text);
