// Figures as they change: the server tells of them (server-sent events), and elements that name one with
// data-live show it at once, with the words beside them. What only the server can say is asked for again (htmx:
// “renew”): at once where it stands beside a figure that changed (data-said), else at most every data-renew
// seconds; where no stream comes, every data-every seconds, as without it.

const page = document.querySelector("[data-stream]");
const RENEW_MS = Number(page?.dataset.renew) * 1000;
const EVERY_MS = Number(page?.dataset.every) * 1000;
const QUIET_MS = Number(page?.dataset.quiet) * 1000 || 30_000; // what only the clock changes, such as quiet hours
const SPREAD_MS = 1_500; // hundreds of pages hear of a change in the same moment
const BESIDE_MS = 1_000; // at most so often for words beside a figure
const AGAIN_MS = 15_000;
const STEPS = ["state", "waiting_reason", "pause_reason", "help_asked"];
const language = document.documentElement.lang;
const written = new Intl.NumberFormat(language);
const percent = new Intl.NumberFormat(language, { maximumFractionDigits: 0, roundingMode: "halfEven" });

let source = null;
let again = 0;
let renewal = 0;
let dueAt = Infinity;
let renewedAt = Date.now();
let step = null;

function listen() {
  clearTimeout(again);
  source = new EventSource(page.dataset.stream);
  source.addEventListener("progress", heard);
  source.addEventListener("stats", heard);
  source.addEventListener("error", () => {
    renewBy(renewedAt + EVERY_MS);
    if (source?.readyState === EventSource.CLOSED) again = setTimeout(listen, AGAIN_MS);
  });
}

function heard(event) {
  const figures = JSON.parse(event.data);
  const places = [...document.querySelectorAll("[data-live]")].filter((place) => place.dataset.live.startsWith(`${event.type}:`));
  const isOutdated = places.filter((place) => show(place, figures)).some((place) => place.querySelector("[data-said]"));
  document.dispatchEvent(new Event("live:heard"));
  const before = step;
  step = STEPS.map((name) => figures[name]).join();
  if (before !== null && step !== before) renewBy(Date.now());
  else if (isOutdated) renewBy(Math.max(Date.now(), renewedAt + BESIDE_MS));
  else renewBy(Math.max(Date.now(), renewedAt + RENEW_MS) + Math.random() * SPREAD_MS);
}

// data-live="progress:counts.failed+counts.undelivered": an event, and figures of it that add up; a sum over
// another is a share. With data-words they stand where {} is, and a share of nothing says nothing. Tells whether
// the figure is another than before.
function show(place, figures) {
  const [value, whole] = place.dataset.live.split(":")[1].split("/").map((sum) => added(sum, figures));
  if (place.dataset.words) {
    const figure = whole ? `${percent.format((value / whole) * 100)}\u00a0%` : written.format(value);
    place.textContent = whole === 0 ? "" : place.dataset.words.replace("{}", figure);
    return false;
  }
  const before = place.dataset.value;
  place.dataset.value = String(value);
  if (place.tagName === "PROGRESS") place.value = value;
  const figure = place.querySelector(".fig");
  if (figure) figure.textContent = written.format(value);
  return before !== place.dataset.value;
}

function added(sum, figures) {
  return sum.split("+").reduce((total, path) => total + (path.split(".").reduce((part, key) => part?.[key], figures) ?? 0), 0);
}

function renewBy(moment) {
  if (!page.hasAttribute("hx-get") || moment >= dueAt) return;
  dueAt = moment;
  clearTimeout(renewal);
  renewal = setTimeout(renew, Math.max(0, moment - Date.now()));
}

function renew() {
  window.htmx?.trigger(page, "renew");
  renewedAt = Date.now();
  dueAt = Infinity;
  renewBy(renewedAt + (source?.readyState === EventSource.OPEN ? QUIET_MS : EVERY_MS));
}

// A page that nobody looks at gives its connection back: a browser has six for all of ours.
function rest() {
  source?.close();
  source = null;
  clearTimeout(again);
  clearTimeout(renewal);
  dueAt = Infinity;
}

if (page) {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return rest();
    if (!source) listen();
    renewBy(Date.now());
  });
  if (!document.hidden) {
    listen();
    renewBy(renewedAt + EVERY_MS);
  }
}
