// Figures that renew themselves (htmx asks as stream.js says, or every few seconds): what a swap must not take away, how old they
// are, and a word to screen readers when an answer changes. Without script the page reloads itself.

const STALE_AFTER_S = 15;
const STOPPED_AFTER_S = 60;
const AGES_MS = 10_000;
const SAY_AT_MOST_EVERY_MS = 60_000;
const board = document.querySelector("#board");
const news = document.querySelector("#verdict-news");
let heardAt = Date.now();
let shownAt = heardAt;
let swappedAt = 0;
let saidBefore = "";
let saidAt = 0;
let openFolds = [];
let answers = currentAnswers();

function currentAnswers() {
  return [...document.querySelectorAll("#board .verdict:not([data-quiet]), #board [data-news]")].map((answer) => answer.textContent.trim());
}

// A board that is asked for every few seconds is put in place of this one where it says something else; what only
// counts on, now and then.
function isAsBefore(html) {
  if (!board?.dataset.quiet) return false;
  const said = html.replace(/ value="[^"]*"/g, "").replace(/(data-counts|data-ages|data-updated)[^<]*/g, "");
  if (said === saidBefore && Date.now() - swappedAt < AGES_MS) return true;
  saidBefore = said;
  swappedAt = Date.now();
  return false;
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
  if (isAsBefore(event.detail.xhr.responseText)) {
    event.detail.shouldSwap = false; // whoever is at one of its buttons stays there
    heardAt = Date.now();
    return;
  }
  openFolds = [...event.detail.target.querySelectorAll("details")].map((fold) => fold.open);
});

document.addEventListener("htmx:afterSwap", (event) => {
  event.detail.target.querySelectorAll("details").forEach((fold, place) => {
    fold.open = openFolds[place] ?? false;
  });
  heardAt = shownAt = Date.now();
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

// A time that runs, from where the server said that it stood.
function tick() {
  for (const place of document.querySelectorAll("#board [data-counts]")) {
    const seconds = Number(place.dataset.counts) + Math.floor((Date.now() - shownAt) / 1000);
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

if (board) {
  setInterval(tellAge, 1000);
  setInterval(tick, 1000);
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
