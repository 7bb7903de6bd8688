// Figures that renew themselves (htmx asks as stream.js says, or every few seconds): what a swap must not take away, how old they
// are, and a word to screen readers when an answer changes. Without script the page reloads itself.

const STALE_AFTER_S = 15;
const STOPPED_AFTER_S = 60;
const AGES = "[data-ages], [data-counts], [data-updated]";
const SAY_AT_MOST_EVERY_MS = 60_000;
const board = document.querySelector("#board");
const news = document.querySelector("#verdict-news");
let heardAt = Date.now();
let shownAt = heardAt;
let saidBefore = "";
let putHere = null; // the first of what we put on the page: another script may have put something else there
let stoodAt = "";
let saidAt = 0;
let openFolds = [];
let answers = currentAnswers();

function currentAnswers() {
  return [...document.querySelectorAll("#board .verdict:not([data-quiet]), #board [data-news]")].map((answer) => answer.textContent.trim());
}

// A board that is asked for every few seconds is put in place of this one where it says something else. What only
// goes on with the time is written into the one that is there: whoever is at one of its buttons stays there.
function onlyAges(html) {
  if (!board?.dataset.quiet) return false;
  const said = html.replace(/ value="[^"]*"/g, "").replace(/(data-counts|data-ages|data-updated)[^<]*/g, "");
  const isAsBefore = said === saidBefore && putHere !== null && board.firstElementChild === putHere;
  saidBefore = said;
  if (!isAsBefore) return false;
  const newer = new DOMParser().parseFromString(html, "text/html").querySelectorAll(AGES);
  board.querySelectorAll(AGES).forEach((place, at) => {
    Object.assign(place.dataset, newer[at].dataset);
    place.textContent = newer[at].textContent;
  });
  heardAt = shownAt = Date.now();
  return true;
}

// By which a button is found again in what came in its place.
function nameOf(control) {
  return [control.form?.getAttribute("action") ?? control.getAttribute("href"), control.dataset.test, control.textContent].join(" ");
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
  if (onlyAges(event.detail.xhr.responseText)) {
    event.detail.shouldSwap = false;
    return;
  }
  const at = document.activeElement;
  stoodAt = event.detail.target.contains(at) && at.matches("a, button") ? nameOf(at) : "";
  openFolds = [...event.detail.target.querySelectorAll("details")].map((fold) => fold.open);
});

document.addEventListener("htmx:afterSwap", (event) => {
  event.detail.target.querySelectorAll("details").forEach((fold, place) => {
    fold.open = openFolds[place] ?? false;
  });
  putHere = board?.firstElementChild ?? null;
  if (stoodAt && !event.detail.target.contains(document.activeElement)) {
    const buttons = [...event.detail.target.querySelectorAll("a, button")];
    buttons.find((control) => nameOf(control) === stoodAt)?.focus({ preventScroll: true });
  }
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
