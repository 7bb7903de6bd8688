// Figures that renew themselves (htmx asks as stream.js says, or every few seconds): what a swap must not take away, how old they
// are, and a word to screen readers when an answer changes. Without script the page reloads itself.

const STALE_AFTER_S = 15;
const STOPPED_AFTER_S = 60;
const SAY_AT_MOST_EVERY_MS = 60_000;
const board = document.querySelector("#board");
const news = document.querySelector("#verdict-news");
let heardAt = Date.now();
let saidAt = 0;
let openFolds = [];
let answers = currentAnswers();

function currentAnswers() {
  return [...document.querySelectorAll("#board .verdict:not([data-quiet]), #board [data-news]")].map((answer) => answer.textContent.trim());
}

// A session that ended, or an import that is done, answers with another page: show it whole.
document.addEventListener("htmx:beforeSwap", (event) => {
  const asked = event.detail.requestConfig?.path;
  const came = new URL(event.detail.xhr.responseURL, location).pathname;
  if (asked && new URL(asked, location).pathname !== came) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  openFolds = [...event.detail.target.querySelectorAll("details")].map((fold) => fold.open);
});

document.addEventListener("htmx:afterSwap", (event) => {
  event.detail.target.querySelectorAll("details").forEach((fold, place) => {
    fold.open = openFolds[place] ?? false;
  });
  heardAt = Date.now();
  sayChanges();
});

document.addEventListener("live:heard", () => {
  heardAt = Date.now();
});

function sayChanges() {
  if (!news) return;
  const before = answers;
  answers = currentAnswers();
  const changed = answers.filter((words, place) => words !== before[place]);
  if (!changed.length || Date.now() - saidAt < SAY_AT_MOST_EVERY_MS) return;
  saidAt = Date.now();
  news.textContent = changed.join(" ");
}

function tellAge() {
  const age = Math.round((Date.now() - heardAt) / 1000);
  const place = document.querySelector("[data-updated]");
  board.classList.toggle("is-stale", age > STALE_AFTER_S);
  if (!place || age < 2) return;
  const words = age > STOPPED_AFTER_S ? board.dataset.stopped : age > STALE_AFTER_S ? board.dataset.old : board.dataset.ago;
  place.textContent = words.replace("{}", String(age));
}

if (board) {
  setInterval(tellAge, 1000);
  let afterG = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const card = afterG && board.querySelectorAll(".card")[Number(event.key) - 1];
    afterG = event.key.toLowerCase() === "g";
    if (!card) return;
    card.tabIndex = -1;
    card.focus();
    card.scrollIntoView({ block: "start" });
  });
}
