for (const table of document.querySelectorAll("table.sortable")) {
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => header.querySelector("button")?.addEventListener("click", () => {
    const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
    const numbers = header.classList.contains("number");
    const compare = (a, b) => numbers ? Number(key(a)) - Number(key(b)) : key(a).localeCompare(key(b));
    const direction = header.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    headers.forEach((other) => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", direction);
    const rows = [...table.tBodies[0].rows].sort(compare);
    table.tBodies[0].append(...(direction === "ascending" ? rows : rows.reverse()));
  }));
}
// What is folded away on a screen is printed.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => { details.open = true; }));

const held = (id) => JSON.parse(document.getElementById(id).textContent);
// Rows of a table that are shown now; all of them where nothing filters it.
const chosen = new Map();
for (const button of document.querySelectorAll("button[data-rows]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const { name, columns, rows } = held(button.dataset.rows);
    download(name, [columns, ...(chosen.get(button.dataset.rows) ?? rows)]);
  });
}

// With several heads, each has a list of its own, and ids that begin with its name.
for (const list of document.querySelectorAll("table[id$='mistakes-list']")) {
  const front = list.id.slice(0, -"list".length);
  const named = (id) => document.getElementById(`${front}${id}`);
  const { rows } = held(`${front}rows`);
  const [expected, predicted, count, more] = ["expected", "predicted", "count", "more"].map(named);
  const AT_A_TIME = 50;
  let shown = AT_A_TIME;

  const cell = (text, kind) => {
    const element = document.createElement("td");
    element.textContent = text;
    element.className = kind;
    if (kind === "text") element.dir = "auto";
    return element;
  };
  const draw = () => {
    const fit = rows.filter((row) => (!expected.value || row[1] === expected.selectedOptions[0].dataset.name)
      && (!predicted.value || row[2] === predicted.selectedOptions[0].dataset.name));
    chosen.set(`${front}rows`, fit);
    list.tBodies[0].replaceChildren(...fit.slice(0, shown).map(([place, label, answer, score, ...texts]) => {
      const line = document.createElement("tr");
      line.append(cell(place, "place"), cell(label, ""), cell(answer, ""), cell(scoreText(score), "number"),
        cell(texts.join(" · "), "text"));
      return line;
    }));
    const noun = rows.length === 1 ? "mistake" : "mistakes";
    count.textContent = `${fit.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} ${noun}`;
    more.hidden = fit.length <= shown;
  };
  const follow = () => {
    const asked = /^#(.*mistakes-)(\d+)-(\d+)$/.exec(location.hash);
    if (!asked || asked[1] !== front) return;
    [expected.value, predicted.value, shown] = [asked[2], asked[3], AT_A_TIME];
    draw();
    document.getElementById(front.slice(0, -1)).scrollIntoView();
  };
  for (const select of [expected, predicted]) select.addEventListener("change", () => { shown = AT_A_TIME; draw(); });
  more.addEventListener("click", () => { shown += 4 * AT_A_TIME; draw(); });
  addEventListener("hashchange", follow);
  named("filter").hidden = false;
  draw();
  follow();
}
