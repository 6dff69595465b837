// Many texts: a line for each, a table of answers, and the table as CSV.

import { csv, download as save } from "./csv.js";
import { inCharacters, listedEntities } from "./entities.js";
import { ask, cosine, counted, element, entitiesOf, figuresOf, figureText, foundOf, named } from "./server.js";

const AT_A_TIME = 32;
const [lines, start, stop, progress, summary, table, copy, download] =
  ["lines", "start", "stop", "progress", "summary", "table", "copy", "download"].map((id) => document.getElementById(id));

let facts, tell, current;
let rows = []; // of the last list: number, text, pair, probabilities
let wanted = 0; // how many there are to be
let firstFigures; // of the first of them
let sorted = { key: "number", descending: false };

const keys = {
  number: (row) => row.number,
  text: (row) => row.text,
  label: (row) => (row.found ? foundText(row.found) : row.entities ? listedEntities(row.text, row.entities) : named(facts, row.probabilities)),
  probability: (row) => Math.max(...row.probabilities),
};

export function startMany(model, problem) {
  [facts, tell] = [model, problem];
  if (facts.takes_pairs) document.getElementById("lines-label").textContent = "Pairs, one per line: text, tab, second text";
  lines.addEventListener("input", showCount);
  lines.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  start.addEventListener("click", run);
  stop.addEventListener("click", () => current?.abort());
  copy.addEventListener("click", copyTable);
  download.addEventListener("click", downloadTable);
  showCount();
}

const foundText = ({ answers: [best], none_fits: noneFits }) => (noneFits ? "(no answer fits)" : `${best.id}: ${best.text}`);
// Whether a word is said of each text, and not only a number.
const hasWords = () => facts.hasLabels || "answers" in facts;

const listed = () => lines.value.split(/\r?\n/).map((line, index) => [line, index + 1]).filter(([line]) => line.trim());

function showCount() {
  const found = listed().length;
  const place = document.getElementById("lines-count");
  place.textContent = `${found.toLocaleString("en")} of ${counted(facts.limits.texts, "text")}`;
  place.classList.toggle("over", found > facts.limits.texts);
}

// The lines as rows; a sentence about the first that can't be one.
function read() {
  const found = listed();
  if (!found.length) throw new Error("There is no text; paste some, one per line.");
  if (found.length > facts.limits.texts) {
    throw new Error(`There are ${counted(found.length, "text")}; at most ${facts.limits.texts.toLocaleString("en")} are labelled at a time.`);
  }
  return found.map(([line, number]) => {
    const [text, pair, ...rest] = facts.takes_pairs ? line.split("\t") : [line, null];
    if (facts.takes_pairs && (pair === undefined || rest.length)) {
      throw new Error(`Line ${number} is not a pair: it needs one tab between its two texts.`);
    }
    if ([text, pair ?? ""].some((part) => [...part].length > facts.limits.characters)) {
      throw new Error(`Line ${number} is longer than ${counted(facts.limits.characters, "character")}; shorten it.`);
    }
    return { number, text, pair };
  });
}

async function run() {
  current?.abort();
  tell("");
  let asked;
  try {
    asked = read();
  } catch (error) {
    tell(error.message);
    return;
  }
  const own = (current = new AbortController());
  [rows, wanted] = [[], asked.length];
  running(true);
  try {
    for (let first = 0; first < asked.length; first += AT_A_TIME) {
      const part = asked.slice(first, first + AT_A_TIME);
      const pairs = facts.takes_pairs ? part.map((row) => row.pair) : null;
      const question = { texts: part.map((row) => row.text), pairs };
      const answers = await ask("/api/answers", question, own.signal);
      const [figures, entities, found] = [figuresOf(answers), entitiesOf(answers), foundOf(answers)];
      firstFigures = first ? firstFigures : figures[0];
      // What one can see of vectors is how near they are to the first.
      const probabilities = facts.vectors ? figures.map((each) => [cosine(each, firstFigures)]) : figures;
      rows.push(...part.map((row, index) => ({
        ...row, probabilities: probabilities[index],
        entities: inCharacters(facts, row.text, entities?.[index] ?? null), found: found?.[index] ?? null,
      })));
      progress.value = rows.length;
      draw();
    }
  } catch (error) {
    if (error.name !== "AbortError") tell(error.message);
  }
  if (current === own) running(false);
}

function running(is) {
  stop.hidden = progress.hidden = !is;
  start.disabled = is;
  progress.max = wanted;
  if (is) progress.value = 0;
  draw();
}

function draw() {
  document.getElementById("results").hidden = rows.length === 0;
  copy.disabled = download.disabled = rows.length === 0;
  const begun = rows.length < wanted ? `${rows.length} of ${counted(wanted, "text")}` : counted(wanted, "text");
  summary.textContent = `${begun}: ${facts.hasLabels ? countsOfLabels() : rangeOfNumbers()}`;
  const focused = document.activeElement?.dataset?.key;
  table.tHead.replaceChildren(element("tr", {}, ...headings().map(heading)));
  const key = keys[sorted.key];
  const order = [...rows].sort((a, b) => {
    const [one, other] = [key(a), key(b)];
    return (typeof one === "string" ? one.localeCompare(other) : one - other) * (sorted.descending ? -1 : 1);
  });
  table.tBodies[0].replaceChildren(...order.map(line));
  if (focused) table.tHead.querySelector(`[data-key="${focused}"]`)?.focus();
}

const headings = () => [["number", "line"], ["text", "text"],
  ...(facts.hasLabels ? [["label", facts.has_entities ? "entities" : "label"], ["probability", "probability"]]
    : [...(hasWords() ? [["label", "answer"]] : []), ["probability", facts.labels[0]]])];

function countsOfLabels() {
  const counts = new Map();
  const labelsOf = (row) => (row.entities ? row.entities.map(({ label }) => label) : [keys.label(row)]);
  for (const label of rows.flatMap(labelsOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([label, count]) => `${label} ${count.toLocaleString("en")}`).join(" · ");
}

function rangeOfNumbers() {
  if (!rows.length) return "";
  const values = rows.map(keys.probability);
  return `${figureText(facts, Math.min(...values))} to ${figureText(facts, Math.max(...values))}`;
}

function heading([key, title]) {
  const button = element("button", { type: "button", "data-key": key }, title);
  button.addEventListener("click", () => {
    sorted = { key, descending: sorted.key === key && !sorted.descending };
    draw();
  });
  const sort = sorted.key === key ? (sorted.descending ? "descending" : "ascending") : undefined;
  const kind = key === "number" || key === "probability" ? "number" : undefined;
  return element("th", { scope: "col", class: kind, "aria-sort": sort }, button);
}

function line(row) {
  const text = row.pair === null ? row.text : `${row.text} · ${row.pair}`;
  const share = keys.probability(row);
  return element("tr", {}, element("td", { class: "number" }, String(row.number)), element("td", { class: "wide" }, text),
    ...(hasWords() ? [element("td", {}, keys.label(row))] : []),
    element("td", { class: facts.hasLabels ? "number heat" : "number", share: facts.hasLabels ? share : undefined },
      figureText(facts, share)));
}

function answered() {
  if (!facts.hasLabels) {
    return [["text", ...(facts.takes_pairs ? ["text_pair"] : []), ...(hasWords() ? ["answer"] : []), ...facts.labels],
      ...rows.map((row) => [row.text, ...(facts.takes_pairs ? [row.pair] : []), ...(hasWords() ? [keys.label(row)] : []),
        keys.probability(row)])];
  }
  const head = ["text", ...(facts.takes_pairs ? ["text_pair"] : []), "label", "probability", ...facts.labels];
  return [head, ...rows.map((row) => [row.text, ...(facts.takes_pairs ? [row.pair] : []), keys.label(row),
    keys.probability(row), ...row.probabilities])];
}

async function copyTable() {
  try {
    await navigator.clipboard.writeText(csv(answered()));
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy CSV"; }, 2000);
  } catch {
    tell("The browser doesn't allow this page to copy; download the CSV instead.");
  }
}

function downloadTable() {
  save(`${facts.name}-${facts.hasLabels ? "labels" : "numbers"}.csv`, answered());
}
