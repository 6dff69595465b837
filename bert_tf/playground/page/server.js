// Questions to the server, and what went wrong as a sentence.

import { scoreText } from "./score.js";

export class Problem extends Error {}

// Of a model with several heads, the one that this page is of; null for the first.
export const headOfPage = new URLSearchParams(location.search).get("head");
const ofHead = (path) => (headOfPage === null ? path : `${path}?head=${encodeURIComponent(headOfPage)}`);

export async function ask(path, question, signal) {
  let response;
  try {
    response = await fetch(ofHead(path), question === undefined ? { signal } : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question), signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server doesn't answer. Is “bert-tf play” still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Problem(answer.error ?? (response.status === 413
    ? "The request is too large; send fewer or shorter texts."
    : `The server refused this (${response.status}).`));
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "share" || key === "strength") made.style.setProperty(`--${key}`, value);
    else if (value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

export const best = (probabilities) => probabilities.indexOf(Math.max(...probabilities));

// A number in a unit of its own, as `number_text` of bert_tf/scores.py writes it.
const numberText = ({ decimals }, value) => (decimals > 9
  ? String(Number(value.toPrecision(4)))
  : value.toLocaleString("en", { maximumFractionDigits: decimals, signDisplay: "negative" }));

// A figure of an answer: a probability, or a number in a unit of its own.
export const figureText = (facts, value) => (facts.hasLabels ? scoreText(value) : numberText(facts, value));

// The figures of each text, whatever the output is called: a probability for each label, or for each type of entity, or
// one number.
export const figuresOf = (answer) => Object.values(answer)[0].map((figures) => [figures].flat());

// How near two vectors of length 1 are.
export const cosine = (one, other) => one.reduce((sum, value, index) => sum + value * other[index], 0);

// The entities of each text; null where the model finds none in any.
export const entitiesOf = (answer) => (answer.answers ? answer.answers.map((each) => each.entities) : null);

// What is found for each question, and whether none of it fits; null where the model doesn't search answers.
export const foundOf = (answer) => (answer.answers?.[0]?.answers ? answer.answers : null);

const LIKELY = 0.5; // of an entity
// The labels that a text gets, by id: each that reaches its threshold, or where there are none, the most probable one;
// of entities, the types that some word probably is of.
export const given = ({ thresholds, has_entities: marks, labels }, probabilities) => {
  const least = thresholds ?? (marks ? labels.map(() => LIKELY) : null);
  return least ? probabilities.flatMap((share, index) => (share >= least[index] ? [index] : [])) : [best(probabilities)];
};

export const named = (facts, probabilities) =>
  given(facts, probabilities).map((index) => facts.labels[index]).join(", ") || "(none)";

// By how much a figure changed, with its sign, in its own digits.
export function change(facts, now, before) {
  const size = figureText(facts, Math.abs(now - before));
  if (!Number(size.replaceAll(",", ""))) return { text: `±${size}`, direction: "" };
  return now > before ? { text: `+${size}`, direction: "up" } : { text: `−${size}`, direction: "down" };
}
