// The prediction for one text: the label, and a bar for each label. Pressing a bar shows the words for its label.

import { scoreText } from "./score.js";
import { markedText } from "./entities.js";
import { change, element, figureText, given } from "./server.js";

const SHOWN = 8;
const verdict = document.getElementById("verdict");
const bars = document.getElementById("bars");
const more = document.getElementById("more");

let all = false;
let shown = null;

export function clearAnswer(sentence = verdict.dataset.invitation) {
  shown = null;
  verdict.replaceChildren(element("span", { class: "hint" }, sentence));
  bars.replaceChildren();
  more.hidden = true;
}

// While a question waits, the answer before it stays in sight; where there is none, a word says that the model works.
export function waiting(is) {
  for (const part of [verdict, bars]) part.classList.toggle("waiting", is);
  if (is && shown === null) verdict.replaceChildren(element("span", { class: "hint" }, "Thinking …"));
}

// The question failed, and no earlier answer stands there.
export function noAnswer() {
  if (shown === null) clearAnswer("No prediction.");
}

// `before` are the probabilities of the text before this edit, or null; `press` is told a label id; `found` has the text
// and its entities, where the model finds some, or the answers to it.
export function showAnswer(facts, probabilities, before, pressed, press, found) {
  const { labels } = facts;
  shown = { facts, probabilities, before, pressed, press, found };
  if (found.found) {
    showFound(found.found);
    return;
  }
  if (!facts.hasLabels) {
    showNumber(facts, probabilities[0], before);
    return;
  }
  const sentence = found.entities ? markedText(found.text, found.entities)
    : given(facts, probabilities).flatMap((index, place) => [`${place ? ", " : ""}${labels[index]}`,
      element("span", { class: "share" }, ` ${scoreText(probabilities[index])}`)]);
  if (!sentence.length) sentence.push(element("span", { class: "hint" }, "No label reaches its threshold."));
  if (found.entities) verdict.replaceChildren(...sentence);
  else if (verdict.textContent !== sentence.map((part) => part.textContent ?? part).join("")) {
    verdict.replaceChildren(...sentence);
  }
  const order = labels.map((_, index) => index).sort((a, b) => probabilities[b] - probabilities[a]);
  const focused = bars.contains(document.activeElement) ? document.activeElement.dataset.label : undefined;
  const visible = all ? order : order.slice(0, SHOWN);
  if (!visible.includes(pressed)) visible.push(pressed);
  bars.replaceChildren(...visible.map((index) => bar(index)));
  if (focused !== undefined) bars.querySelector(`[data-label="${focused}"]`)?.focus();
  more.hidden = labels.length <= SHOWN;
  more.textContent = all ? `Show only the first ${SHOWN}` : `Show all ${labels.length} labels`;
}

function showNumber(facts, value, before) {
  const { text, direction } = before ? change(facts, value, before[0]) : { text: "", direction: "" };
  const delta = element("span", { class: `delta ${direction}` }, text && ` ${text}`);
  verdict.replaceChildren(figureText(facts, value), delta);
  bars.replaceChildren();
  more.hidden = true;
}

// The best answer, or that none fits, and all that were found, with their scores.
function showFound({ answers, none_fits: noneFits }) {
  const [best] = answers;
  verdict.replaceChildren(noneFits ? element("span", { class: "hint" }, "No answer fits.") : best.text,
    element("span", { class: "share" }, ` ${scoreText(best.score)}`));
  bars.replaceChildren(...answers.map(({ id, text, score, metadata }) => element("div", { class: "bar found", title: metadata },
    element("span", { class: "label", title: text }, `${id}: ${text}`),
    element("span", { class: "track" }, element("span", { class: "fill", share: Math.max(0, score) })),
    element("span", { class: "number" }, scoreText(score)), element("span", { class: "delta" }))));
  more.hidden = true;
}

function bar(index) {
  const { facts, probabilities, before, pressed, press } = shown;
  const { labels, thresholds } = facts;
  const track = element("span", { class: "track" }, element("span", { class: "fill", share: probabilities[index] }));
  if (thresholds) track.append(element("span", { class: "threshold", share: thresholds[index] }));
  const delta = element("span", { class: "delta" });
  if (before) {
    track.append(element("span", { class: "before", share: before[index] }));
    const { text, direction } = change(facts, probabilities[index], before[index]);
    delta.textContent = text;
    if (direction) delta.classList.add(direction);
  }
  const told = `${labels[index]}: ${scoreText(probabilities[index])}${before ? `, ${delta.textContent} since the edit` : ""}`;
  const made = element("button", {
    class: "bar", type: "button", "data-label": index, "aria-pressed": index === pressed, "aria-label": told,
    title: `${labels[index]}: show the words for and against it${thresholds ? `; its threshold is ${scoreText(thresholds[index])}` : ""}`,
  }, element("span", { class: "label" }, labels[index]), track,
  element("span", { class: "number" }, scoreText(probabilities[index])), delta);
  made.addEventListener("click", () => press(index));
  return made;
}

more.addEventListener("click", () => {
  all = !all;
  showAnswer(shown.facts, shown.probabilities, shown.before, shown.pressed, shown.press, shown.found);
});
