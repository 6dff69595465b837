// A text with its entities marked. Places are in characters of Unicode, as the model counts them.

import { scoreText } from "./score.js";
import { element } from "./server.js";

export function markedText(text, entities) {
  const characters = [...text];
  const parts = [];
  let place = 0;
  for (const { start, end, label, score } of entities) {
    parts.push(characters.slice(place, start).join(""));
    parts.push(element("mark", { title: `${label} ${scoreText(score)}` }, characters.slice(start, end).join(""),
      element("b", {}, label)));
    place = end;
  }
  return [...parts, characters.slice(place).join("")];
}

export function listedEntities(text, entities) {
  const characters = [...text];
  return entities.map(({ start, end, label }) => `${characters.slice(start, end).join("")} (${label})`).join(", ") || "(none)";
}
