// The page: reads what the model is, and shows one of two panels.

import { startMany } from "./many.js";
import { startOne } from "./one.js";
import { ask, counted } from "./server.js";

const problem = document.getElementById("problem");
const tabs = [...document.querySelectorAll("[role=tab]")];

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

for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
}

try {
  const facts = await ask("/api/model");
  document.title = `${facts.name} · bert_tf playground`;
  document.getElementById("name").textContent = facts.name;
  document.getElementById("described").textContent =
    `${counted(facts.labels.length, "label")} · reads ${counted(facts.max_tokens, "token")} of ${facts.takes_pairs ? "a pair" : "a text"} · words by ${facts.method}`;
  startOne(facts, tell);
  startMany(facts, tell);
} catch (error) {
  tell(error.message);
}
