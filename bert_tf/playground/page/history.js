// What edits changed: a row for each, newest first, with what was replaced and every label's probability.

import { change, element, figureText, given, named } from "./server.js";

const KEPT = 30;
const COLUMNS = 5;
const AROUND = 24; // characters of text shown on either side of an edit
const table = document.getElementById("history");
const scroll = document.getElementById("history-scroll");
const hint = document.getElementById("history-hint");
const forget = document.getElementById("forget");

let entries = [];

export const latest = () => entries[0] ?? null;

// `entry` has the text, its pair, what is shown of its answer, and the answer's own figures.
export function remember(facts, entry, restore) {
  entries = [entry, ...entries].slice(0, KEPT);
  draw(facts, restore);
}

function draw(facts, restore) {
  const { labels } = facts;
  hint.hidden = entries.length > 0;
  scroll.hidden = forget.hidden = entries.length === 0;
  const columns = columnsOf(labels);
  const head = element("tr", {}, element("th", { scope: "col" }, "Edit"),
    ...(facts.hasLabels ? [element("th", { scope: "col" }, "Label")] : []),
    ...columns.map((index) => element("th", { scope: "col", class: "number" }, labels[index])));
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...entries.map((entry, row) => line(facts, columns, entry, entries[row + 1], restore)));
}

// The labels that were ever likely; in the labels' own order.
function columnsOf(labels) {
  const highest = labels.map((_, index) => Math.max(0, ...entries.map((entry) => entry.probabilities[index])));
  const order = labels.map((_, index) => index).sort((a, b) => highest[b] - highest[a]);
  return order.slice(0, COLUMNS).sort((a, b) => a - b);
}

function line(facts, columns, entry, before, restore) {
  const { hasLabels } = facts;
  const button = element("button", { type: "button", title: "Restore this text" }, ...edit(entry, before));
  button.addEventListener("click", () => restore(entry.text, entry.pair));
  const tops = hasLabels ? given(facts, entry.probabilities) : [];
  return element("tr", {}, element("td", { class: "wide" }, button), ...(hasLabels ? [element("td", {}, named(facts, entry.probabilities))] : []),
    ...columns.map((index) => {
      const share = entry.probabilities[index];
      const kind = hasLabels ? `number heat${tops.includes(index) ? " top" : ""}` : "number";
      const cell = element("td", { class: kind, share: hasLabels ? share : undefined }, figureText(facts, share));
      if (before && !facts.vectors) {
        const { text, direction } = change(facts, share, before.probabilities[index]);
        cell.append(element("span", { class: `delta ${direction}` }, text));
      }
      return cell;
    }));
}

function edit(entry, before) {
  if (!before) return [shortened(whole(entry), 4 * AROUND) || "(nothing)"];
  if (entry.text === before.text && entry.pair !== before.pair) return difference(before.pair, entry.pair);
  return difference(before.text, entry.text);
}

const whole = (entry) => (entry.pair === null ? entry.text : `${entry.text} · ${entry.pair}`);

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);

const inWord = (character) => character !== undefined && /[\p{L}\p{M}\p{N}'’]/u.test(character);

// What lies between the common beginning and the common end of two texts, whole words at a time.
function difference(old, now) {
  const [a, b] = [[...old], [...now]];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  while (start > 0 && inWord(a[start - 1]) && (inWord(a[start]) || inWord(b[start]))) start -= 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  while (end > 0 && inWord(a[a.length - end]) && (inWord(a[a.length - end - 1]) || inWord(b[b.length - end - 1]))) end -= 1;
  const [removed, added] = [a.slice(start, a.length - end).join(""), b.slice(start, b.length - end).join("")];
  const [left, right] = [b.slice(0, start), b.slice(b.length - end)];
  const parts = [`${left.length > AROUND ? "…" : ""}${left.slice(-AROUND).join("")}`];
  if (removed.trim()) parts.push(element("del", {}, shortened(removed, 2 * AROUND)), " ");
  if (added.trim()) parts.push(element("ins", {}, shortened(added, 2 * AROUND)));
  parts.push(`${right.slice(0, AROUND).join("")}${right.length > AROUND ? "…" : ""}`);
  return parts;
}

forget.addEventListener("click", () => {
  entries = entries.slice(0, 0);
  draw({ labels: [], hasLabels: true }, null);
  document.getElementById("text").focus();
});
