// A text with its entities marked. Places are in characters of Unicode.

import { scoreText } from "./score.js";
import { element } from "./server.js";

// Entities as the model counts their places, in characters or in bytes of UTF-8.
export function inCharacters({ offsets }, text, entities) {
  if (offsets !== "bytes" || !entities) return entities;
  const places = new Map();
  const encoder = new TextEncoder();
  let [bytes, characters] = [0, 0];
  for (const character of text) {
    places.set(bytes, characters);
    bytes += encoder.encode(character).length;
    characters += 1;
  }
  places.set(bytes, characters);
  return entities.map((each) => ({ ...each, start: places.get(each.start), end: places.get(each.end) }));
}

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
