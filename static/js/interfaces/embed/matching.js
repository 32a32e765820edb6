// Finds the passages of an article in a publisher's page. Fingerprints are computed as in
// src/parley/interfaces/embed/page.py, with which they must agree in every bit.
import { inSlices } from "./slices.js";

const END = 40;
// How similar beginning and end must be together, from 0 to 1 (Dice coefficient of their trigrams).
const ALIKE = 0.8;
const BLOCKS = "p, h1, h2, h3, h4, h5, h6, li, blockquote, pre, figcaption, td, dd, dt";

export const plainWords = (text) => text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

// Two FNV-1a hashes of the text in UTF-16, little end first: pages over http have no SHA.
export function digest(text) {
  let first = 0x811c9dc5;
  let second = 0x9dc5811c;
  const add = (byte) => {
    first = Math.imul(first ^ byte, 0x01000193);
    second = Math.imul(second ^ byte, 0x010001b3);
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    add(unit & 255);
    add(unit >> 8);
  }
  return [first, second].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

// The characters of Python's strings are code points, and so are these.
const first = (text) => [...text.slice(0, 2 * END)].slice(0, END).join("");
const last = (text) => [...text.slice(-2 * END)].slice(-END).join("");

// The blocks of the article that contain text themselves, with their fingerprints.
export async function blocks(root, stale) {
  const found = [];
  await inSlices(root.querySelectorAll(BLOCKS), (element) => {
    const text = element.querySelector(BLOCKS) ? "" : plainWords(element.textContent);
    if (text) found.push({ element, hash: digest(text), start: first(text), end: last(text) });
  }, stale);
  return found;
}

function trigrams(text) {
  const found = new Set();
  for (let at = 0; at + 3 <= text.length; at++) found.add(text.slice(at, at + 3));
  return found;
}

function likeness(one, other) {
  const shared = [...one].filter((part) => other.has(part)).length;
  return (2 * shared) / (one.size + other.size || 1);
}

// Each passage with its block: one with the same words, else one with the same beginning and end, else the only similar
// one. A passage that is not found with certainty is left out: a wrong marker is worse than none.
export async function match(passages, found, stale) {
  const pairs = new Map();
  const free = new Set(found);
  const left = [];
  const by = (key) => {
    const index = new Map();
    for (const one of free) index.set(key(one), index.has(key(one)) ? null : one);
    return index;
  };
  const take = (passage, block) => {
    pairs.set(passage, block.element);
    free.delete(block);
  };
  const hashes = by((one) => one.hash);
  for (const passage of passages) {
    const block = hashes.get(passage.hash);
    if (block && free.has(block)) take(passage, block);
    else left.push(passage);
  }
  const ends = by((one) => `${one.start}\n${one.end}`);
  const unsure = left.filter((passage) => {
    const block = ends.get(`${passage.start}\n${passage.end}`);
    if (block && free.has(block)) take(passage, block);
    return !pairs.has(passage);
  });
  const parts = new Map();
  await inSlices(unsure.length ? free : [], (one) => parts.set(one, trigrams(`${one.start} ${one.end}`)), stale);
  await inSlices(unsure, (passage) => {
    const own = trigrams(`${passage.start} ${passage.end}`);
    const alike = [...free].filter((one) => likeness(own, parts.get(one)) >= ALIKE);
    if (alike.length === 1) take(passage, alike[0]);
  }, stale);
  return pairs;
}
