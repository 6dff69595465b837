// The items of an index: which are alike, and, where the model ranks, what somebody gets who liked some of them.

import { scoreText } from "./score.js";
import { ask, element } from "./server.js";

const PAUSE = 250; // milliseconds without a key that end a search
const place = (id) => document.getElementById(id);

let tell, ranks, timer, current;
let liked = []; // the newest first

export function startItems(facts, problem) {
  [tell, ranks] = [problem, facts.catalogue.ranks];
  place("tab-items").hidden = false;
  place("history-of-items").hidden = !ranks;
  place("find").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE);
  });
  place("unlike").addEventListener("click", () => like([]));
  find();
}

// A list of items; a press on one shows what is near it, and puts it into the history.
function list(id, items) {
  place(id).replaceChildren(...items.map((item) => {
    const button = element("button", { type: "button", title: item.text }, item.text);
    button.addEventListener("click", () => pick(item));
    return element("li", {}, button, element("span", {}, item.score === null ? "" : scoreText(item.score)));
  }));
}

async function attempt(work) {
  try {
    await work();
    tell("");
  } catch (error) {
    if (error.name !== "AbortError") tell(error.message);
  }
}

const find = () => attempt(async () => {
  current?.abort();
  current = new AbortController();
  const { items } = await ask("/api/items", { words: place("find").value }, current.signal);
  list("found", items);
  place("found-none").hidden = items.length > 0;
});

function pick(item) {
  attempt(async () => {
    const { items } = await ask("/api/neighbours", { place: item.place });
    place("near-title").textContent = `Nearest to: ${item.text}`;
    list("near", items);
  });
  if (ranks) like([item, ...liked.filter((other) => other.place !== item.place)]);
}

function like(items) {
  liked = items;
  place("unlike").hidden = liked.length === 0;
  place("liked").replaceChildren(...liked.map((item) => {
    const button = element("button", { type: "button", "aria-label": `Remove ${item.text}` }, "×");
    button.addEventListener("click", () => like(liked.filter((other) => other !== item)));
    return element("li", {}, element("span", { title: item.text }, item.text), button);
  }));
  attempt(async () => {
    const asked = liked;
    const { items: found } = liked.length ? await ask("/api/recommended", { places: liked.map((each) => each.place) }) : { items: [] };
    if (asked === liked) list("recommended", found); // a later press has its own answer
  });
}
