// The page: reads what the model is, and shows one of two panels.

import { startItems } from "./items.js";
import { startMany } from "./many.js";
import { keepTexts, startOne } from "./one.js";
import { ask, counted, element, headOfPage } from "./server.js";

const problem = document.getElementById("problem");
const tabs = [...document.querySelectorAll("[role=tab]")];
const inSight = () => tabs.filter((tab) => !tab.hidden);

function tell(sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
}

function choose(tab) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", chosen);
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  tell("");
}

for (const tab of tabs) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const others = inSight();
    const next = others[(others.indexOf(tab) + step + others.length) % others.length];
    choose(next);
    next.focus();
  });
}

// What the page calls labels is a number of this model.
function nameNumbers() {
  document.getElementById("verdict").dataset.invitation = "Type a text to see its number.";
  document.getElementById("history-hint").textContent = "After each edit, its number is listed here next to the earlier ones.";
  document.getElementById("start").textContent = "Predict them";
  document.getElementById("progress").setAttribute("aria-label", "Texts predicted so far");
  document.getElementById("table-title").textContent = "Numbers";
}

// What the page calls labels is how near a vector is to another.
function nameVectors() {
  nameNumbers();
  document.getElementById("verdict").dataset.invitation = "Type a text, and change it: how similar does its vector stay?";
  document.getElementById("history-hint").textContent = "After each edit, the cosine with the text before is listed here.";
  document.getElementById("start").textContent = "Compare with the first";
  document.getElementById("table-title").textContent = "Cosines with the first text";
}

// What the page calls labels is types of entities.
function nameEntities() {
  const verdict = document.getElementById("verdict");
  verdict.dataset.invitation = "Type a text to see its entities.";
  verdict.classList.add("entities");
  document.getElementById("start").textContent = "Find their entities";
  document.getElementById("table-title").textContent = "Entities";
}

// What the page calls labels is answers.
function nameAnswers() {
  document.getElementById("verdict").dataset.invitation = "Type a question to see its answers.";
  document.getElementById("history-hint").textContent = "After each edit, the best score is listed here next to the earlier ones.";
  document.getElementById("start").textContent = "Find their answers";
  document.getElementById("table-title").textContent = "Answers";
}

// A link for each head; the text that stands on the page goes along.
function offerHeads(heads) {
  const shown = headOfPage ?? heads[0];
  document.getElementById("heads").replaceChildren(...heads.map((name) => {
    const link = element("a", { href: `?head=${encodeURIComponent(name)}`, "aria-current": name === shown ? "page" : null }, name);
    link.addEventListener("click", keepTexts);
    return link;
  }));
  document.getElementById("heads").hidden = heads.length === 0;
}

const kindOf = (facts) => {
  if (facts.answers) return counted(facts.answers.rows, "answer");
  if (facts.vectors) return "a vector";
  if (!facts.hasLabels) return "a number";
  return facts.has_entities ? `entities of ${counted(facts.labels.length, "type")}` : counted(facts.labels.length, "label");
};

try {
  const facts = await ask("/api/model");
  facts.hasLabels = "labels" in facts;
  facts.labels ??= facts.targets;
  document.title = `${facts.name} · bert_tf playground`;
  document.getElementById("name").textContent = facts.name;
  document.getElementById("described").textContent =
    `${kindOf(facts)} · reads ${counted(facts.max_tokens, "token")} of ${facts.takes_pairs ? "a pair" : "a text"} · words by ${facts.method}`;
  if (facts.vectors) nameVectors();
  else if (!facts.hasLabels) nameNumbers();
  if (facts.has_entities) nameEntities();
  if (facts.answers) nameAnswers();
  offerHeads(facts.heads);
  startOne(facts, tell);
  startMany(facts, tell);
  if (facts.catalogue) startItems(facts, tell);
} catch (error) {
  tell(error.message);
}
