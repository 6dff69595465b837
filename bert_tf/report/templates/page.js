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
// What is folded away on a screen stands on paper.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
