// One text: asks while the user types, for the label first and then for the words.

import { clearAnswer, noAnswer, showAnswer, waiting } from "./answer.js";
import { inCharacters } from "./entities.js";
import { latest, remember } from "./history.js";
import { ask, best, cosine, element, entitiesOf, figuresOf, foundOf } from "./server.js";
import { clearWords, showWords, wordsWait } from "./words.js";

const PAUSE = 350; // milliseconds without a key that end an edit
const KEPT = "bert_tf playground: ";
const text = document.getElementById("text");
const pair = document.getElementById("pair");

let facts, tell, timer, current;
let pending = false; // whether the current text is not answered yet
let shown = null; // the text that is answered, its probabilities, those before it, and the label its words are for

export function startOne(model, problem) {
  [facts, tell] = [model, problem];
  document.getElementById("pair-field").hidden = !facts.takes_pairs;
  if (facts.takes_pairs) text.rows = 4;
  for (const field of [text, pair]) {
    field.addEventListener("input", () => edited(PAUSE));
    field.value = sessionStorage.getItem(KEPT + field.id) ?? field.value;
    sessionStorage.removeItem(KEPT + field.id);
  }
  offerExamples();
  edited(0);
}

// For the page of another head, which begins with them.
export function keepTexts() {
  for (const field of [text, pair]) sessionStorage.setItem(KEPT + field.id, field.value);
}

function offerExamples() {
  const buttons = facts.examples.map((example) => {
    const words = example.text.trim().replace(/\s+/g, " ");
    const made = element("button", { type: "button", title: words.slice(0, 300) }, words.slice(0, 60) || "(empty)");
    made.addEventListener("click", () => restore(example.text, example.pair));
    return made;
  });
  document.getElementById("example-buttons").replaceChildren(...buttons);
  document.getElementById("examples").hidden = buttons.length === 0;
}

function restore(newText, newPair) {
  [text.value, pair.value] = [newText, newPair ?? ""];
  text.focus();
  edited(0);
}

function edited(pause) {
  count(text);
  count(pair);
  clearTimeout(timer);
  timer = setTimeout(answer, pause);
}

const characters = (field) => [...field.value].length;
const tooLong = (field) => characters(field) > facts.limits.characters;
const limit = () => facts.limits.characters.toLocaleString("en");

function count(field) {
  const place = document.getElementById(`${field.id}-count`);
  place.textContent = `${characters(field).toLocaleString("en")} of ${limit()} characters`;
  place.classList.toggle("over", tooLong(field));
}

async function answer() {
  const question = { text: text.value, pair: facts.takes_pairs ? pair.value : null };
  if (shown && shown.text === question.text && shown.pair === question.pair) {
    if (pending) settle();
    return;
  }
  current?.abort();
  pending = false;
  tell(tooLong(text) || tooLong(pair) ? `The text is longer than ${limit()} characters; shorten it.` : "");
  if (!(question.text + (question.pair ?? "")).trim() || tooLong(text) || tooLong(pair)) {
    shown = null;
    waiting(false);
    clearAnswer();
    clearWords();
    return;
  }
  const { signal } = (current = new AbortController());
  pending = true;
  waiting(true);
  wordsWait();
  try {
    const asked = { texts: [question.text], pairs: question.pair === null ? null : [question.pair] };
    const answers = await ask("/api/answers", asked, signal);
    const [figures] = figuresOf(answers);
    // What one can see of a vector is how near it stayed to that of the text before.
    const probabilities = facts.vectors ? [cosine(figures, latest()?.figures ?? figures)] : figures;
    const before = facts.vectors ? null : latest()?.probabilities ?? null;
    const entities = inCharacters(facts, question.text, entitiesOf(answers)?.[0] ?? null);
    const found = foundOf(answers)?.[0] ?? null;
    shown = { ...question, probabilities, entities, found, before, target: best(probabilities) };
    remember(facts, { ...question, probabilities, figures }, restore);
    pending = false;
    waiting(false);
    draw();
    await words(signal);
  } catch (error) {
    failed(error);
  }
}

function draw() {
  showAnswer(facts, shown.probabilities, shown.before, shown.target, press, shown);
}

// The text is again the one that was answered before the last question.
function settle() {
  pending = false;
  waiting(false);
  press(shown.target);
}

async function press(target) {
  if (pending) return; // the bars are of an earlier text
  current?.abort();
  const { signal } = (current = new AbortController());
  shown.target = target;
  draw();
  wordsWait();
  try {
    await words(signal);
  } catch (error) {
    failed(error);
  }
}

async function words(signal) {
  const { text: own, pair: second, target } = shown;
  showWords(await ask("/api/words", { text: own, pair: second, label: facts.labels[target] }, signal), facts);
}

function failed(error) {
  if (error.name === "AbortError") return;
  pending = false;
  waiting(false);
  noAnswer();
  shown = null;
  clearWords();
  tell(error.message);
}
