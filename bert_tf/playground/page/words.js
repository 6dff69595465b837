// The words that mattered: the text with each word coloured by its score, and the strongest as two lists.

import { scoreText } from "./score.js";
import { element, figureText } from "./server.js";

const LISTED = 6;
const LEAST_LISTED = 0.005; // what rounds to 0.00 is no reason
const STRONG = 0.5; // of the strongest word's score
const DARKEST = 0.55; // opacity that leaves the text readable
const body = document.getElementById("words-body");
const marked = document.getElementById("marked");
const method = document.getElementById("method");

let written; // of a score's size
const signed = (score) => `${score < 0 ? "−" : "+"}${written(Math.abs(score))}`;

export function clearWords(sentence = "") {
  body.hidden = true;
  method.textContent = sentence;
}

export function wordsWait() {
  marked.classList.add("waiting");
  if (body.hidden) method.textContent = "Computing word scores …";
}

export function showWords(found, facts) {
  const scored = [...found.words, ...found.pair_words];
  const strongest = Math.max(...scored.map(([, score]) => Math.abs(score)), facts.hasLabels ? 1e-9 : Number.MIN_VALUE);
  const least = facts.hasLabels ? LEAST_LISTED : LEAST_LISTED * strongest;
  written = (size) => (facts.hasLabels ? size.toFixed(2) : figureText(facts, size));
  marked.classList.remove("waiting");
  marked.replaceChildren(paragraph(found.words, found.unread, strongest, facts));
  if (facts.takes_pairs) marked.append(paragraph(found.pair_words, found.pair_unread, strongest, facts));
  const named = facts.hasLabels ? found.label : facts.vectors ? "the text's vector" : "a larger number";
  for (const side of ["against", "for"]) document.getElementById(`legend-${side}`).textContent = named;
  list("for", named, scored.filter(([, score]) => score >= least).sort((a, b) => b[1] - a[1]));
  list("against", named, scored.filter(([, score]) => score <= -least).sort((a, b) => a[1] - b[1]));
  method.textContent = explained(found, facts);
  body.hidden = false;
}

function paragraph(words, unread, strongest, facts) {
  const made = element("p");
  for (const [text, score] of words) made.append(score === 0 ? text : mark(text, score, strongest));
  if (unread.trim()) {
    made.append(element("span", { class: "unread", title: `beyond the first ${facts.max_tokens} tokens, which is all that the model reads` }, unread));
  }
  return made;
}

function mark(text, score, strongest) {
  const share = Math.abs(score) / strongest;
  const kinds = [score > 0 ? "for" : "against", ...(share >= STRONG ? ["strong"] : [])];
  return element("mark", { class: kinds.join(" "), strength: (DARKEST * share).toFixed(3), title: signed(score) }, text);
}

function list(side, label, words) {
  document.getElementById(`${side}-title`).textContent = `${side === "for" ? "For" : "Against"} ${label}`;
  const items = words.slice(0, LISTED).map(([text, score]) =>
    element("li", {}, element("span", {}, text), element("span", {}, signed(score))));
  document.getElementById(`${side}-list`).replaceChildren(...(items.length ? items : [element("li", {}, "none")]));
}

function explained(found, facts) {
  const cut = (found.unread + found.pair_unread).trim()
    ? ` The model reads ${facts.max_tokens} tokens; the text beyond them is struck out.` : "";
  const value = facts.hasLabels ? `the log-odds of ${found.label}`
    : facts.vectors ? "the cosine with the vector of the whole text" : "the number";
  if (facts.method === "integrated gradients") {
    const error = found.completeness_error;
    const doubt = error > 0.05 ? " That is a lot: take these scores with care." : "";
    const baseline = facts.hasLabels ? `${found.label} ${scoreText(found.baseline_probability)}` : figureText(facts, found.baseline_value);
    return `Integrated gradients: how much each word adds to ${value}, compared with a text of unknown words `
      + `(${baseline}). The sum of the scores is off by ${(100 * error).toFixed(1)}%.${doubt}${cut}`;
  }
  const groups = found.words_at_a_time > 1
    ? ` The text is long, so words were left out ${found.words_at_a_time} at a time.` : "";
  const falls = facts.hasLabels ? "fall" : "falls";
  return `Occlusion: how much ${value} ${falls} when a word is left out. An exported model gives no gradients; for `
    + `integrated gradients, open its run instead.${groups}${cut}`;
}
