// The call screen: sends its forms without leaving the page, keeps time, keeps what was typed, says “still here”.

import { forget, restore } from "./keep.js";
import "./keys.js";
import { count } from "./noting.js";
import { flush, hasPending, look, onShown, send } from "./send.js";

const HEARTBEAT_MS = 60_000;
const ROOMS = /^\/(call|practice\/call)(\/|$)/;
const WATCH_MS = 1500;
let waiting = 0;
let watching = 0;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const url = new URL(event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action);
  if (form.method !== "post" || !ROOMS.test(url.pathname) || "plain" in form.dataset) return; // leads to another page
  event.preventDefault();
  send(form, event.submitter);
}, { capture: true });

// “In an hour” fills the field; without a script it is a button that does the same.
document.addEventListener("click", (event) => {
  const ready = event.target.closest("[data-fill]");
  if (!ready) return;
  event.preventDefault();
  const field = document.getElementById(ready.dataset.fill);
  field.value = ready.dataset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

const isAt = (...states) => states.includes(document.querySelector("#status")?.dataset.state);

function settle() {
  if (isAt("idle") && !hasPending()) forget();
  restore();
  count();
  document.querySelector("[data-focus]")?.focus({ preventScroll: true });
  startTimer();
  countDown();
  askAgainLater();
  clearTimeout(watching);
  watchLater();
  listenWhileOnLine();
}

// Counts up from where the server says that it stands, so that a reload or another device shows the same.
function startTimer() {
  const timer = document.querySelector("[data-timer]");
  if (!timer) return;
  const since = Date.now() - Number(timer.dataset.timer) * 1000;
  timer.closest(".clock").hidden = false;
  const tick = () => {
    const seconds = Math.floor((Date.now() - since) / 1000);
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (timer.isConnected) setTimeout(tick, 1000);
  };
  tick();
}

// The rest of a pause that ends by itself; then the server is asked what comes next, whose clock decides.
function countDown() {
  const timer = document.querySelector("[data-until]");
  if (!timer) return;
  const until = Date.now() + Number(timer.dataset.until) * 1000;
  timer.closest(".clock").hidden = false;
  const tick = () => {
    if (!timer.isConnected) return;
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds === 0) watchLine();
    setTimeout(tick, seconds === 0 ? 2 * WATCH_MS : 1000);
  };
  tick();
}

function askAgainLater() {
  clearTimeout(waiting);
  const form = document.querySelector("form[data-again]");
  if (form) waiting = setTimeout(() => send(form), Number(form.dataset.again) * 1000);
}

function watchLater() {
  const line = document.querySelector("[data-watch]");
  if (line) watching = setTimeout(watchLine, Number(line.dataset.every) * 1000 || WATCH_MS);
}

// While we put a call through, ask how far it is, and show the page anew when that has changed; before that,
// now and then, whether all calling has been stopped.
async function watchLine() {
  clearTimeout(watching);
  const line = document.querySelector("[data-watch]");
  if (!line) return;
  watchLater();
  try {
    const answer = await fetch(line.dataset.watch);
    if (answer.ok && line.isConnected && (await answer.text()) !== line.dataset.shown) await look();
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault; // no connection: ask again
  }
}

// Somebody on a line of their own is put through without a press of theirs: the server tells the page at once
// that somebody is there (server-sent events), and the page asks by itself where no stream comes.
const AGAIN_MS = 15_000;
let stream = null;
let listenAgain = 0;

function listenWhileOnLine() {
  const address = document.querySelector("[data-stream]")?.dataset.stream;
  if (address && !stream) listen(address);
  if (!address && stream) {
    stream.close();
    stream = null;
  }
}

function listen(address) {
  clearTimeout(listenAgain);
  stream = new EventSource(address);
  stream.addEventListener("session", () => watchLine());
  stream.addEventListener("error", () => {
    if (stream?.readyState !== EventSource.CLOSED) return;
    stream = null;
    listenAgain = setTimeout(listenWhileOnLine, AGAIN_MS);
  });
}

setInterval(() => {
  const token = document.querySelector("[name=csrf_token]")?.value;
  const isOnLine = document.querySelector("[data-stream]") !== null;
  if (!token || (document.hidden && !isOnLine) || !document.querySelector("main [name=assignment], [data-stream]")) return;
  const body = new URLSearchParams({ csrf_token: token });
  fetch("/call/heartbeat", { method: "POST", body }).catch(() => {});
}, HEARTBEAT_MS);

document.addEventListener("submit", (event) => {
  if (new URL(event.target.action).pathname === "/sign-out") forget();
});

onShown(() => {
  if (isAt("saved")) forget(); // the server has it now
  settle();
});
settle();
flush();
