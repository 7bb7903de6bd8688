// Figures as they change: the server tells of them (server-sent events), and elements that name one with
// data-live show it at once. What is said in words is asked for again (htmx: “renew”) when figures changed, at
// most every data-renew seconds; where no stream comes, every data-every seconds, as without it.

const page = document.querySelector("[data-stream]");
const RENEW_MS = Number(page?.dataset.renew) * 1000;
const EVERY_MS = Number(page?.dataset.every) * 1000;
const QUIET_MS = 30_000; // what only the clock changes, such as quiet hours
const SPREAD_MS = 1_500; // hundreds of pages hear of a change in the same moment
const AGAIN_MS = 15_000;
const STEPS = ["state", "waiting_reason", "pause_reason"];
const written = new Intl.NumberFormat(document.documentElement.lang);

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
  document.querySelectorAll("[data-live]").forEach((place) => show(place, event.type, figures));
  document.dispatchEvent(new Event("live:heard"));
  const before = step;
  step = STEPS.map((name) => figures[name]).join();
  if (before !== null && step !== before) renewBy(Date.now());
  else renewBy(Math.max(Date.now(), renewedAt + RENEW_MS) + Math.random() * SPREAD_MS);
}

// data-live="progress:counts.failed+counts.undelivered": an event, and figures of it that add up.
function show(place, name, figures) {
  const [event, sum] = place.dataset.live.split(":");
  if (event !== name) return;
  const value = sum.split("+").reduce((total, path) => total + (path.split(".").reduce((part, key) => part?.[key], figures) ?? 0), 0);
  place.dataset.value = String(value);
  const figure = place.querySelector(".fig");
  if (figure) figure.textContent = written.format(value);
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
