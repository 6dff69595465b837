// Loads the page again whenever the server has a newer one; what was opened or closed on it stays so.
const BETWEEN = 2000; // milliseconds
const KEPT = "details";

const shown = document.getElementById("monitor");
const folded = [...document.querySelectorAll("details")];
const states = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
folded.forEach((details, place) => { details.open = states[place] ?? details.open; });

async function follow() {
  try {
    const { version } = await (await fetch("/version", { cache: "no-store" })).json();
    if (String(version) !== shown.dataset.version) {
      sessionStorage.setItem(KEPT, JSON.stringify(folded.map((details) => details.open)));
      location.reload();
      return;
    }
  } catch {
    // The server has ended, or will be back.
  }
  setTimeout(follow, BETWEEN);
}
setTimeout(follow, BETWEEN);
