// The call screen: sends its forms without leaving the page, keeps time, keeps what was typed, says “still here”.

import { forget, restore } from "./keep.js";
import "./keys.js";
import { flush, hasPending, onShown, send } from "./send.js";

const HEARTBEAT_MS = 60_000;
const ROOMS = /^\/(call|practice\/call)(\/|$)/;
let waiting = 0;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const url = new URL(event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action);
  if (form.method !== "post" || !ROOMS.test(url.pathname)) return;
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
  document.querySelector("[data-focus]")?.focus({ preventScroll: true });
  startTimer();
  askAgainLater();
}

// Counts up, never down; where it stands is kept, so that a reload doesn't begin anew.
function startTimer() {
  const timer = document.querySelector("[data-timer]");
  if (!timer) return;
  const key = `dialer:since:${timer.dataset.timer}`;
  const since = Number(sessionStorage.getItem(key)) || Date.now();
  sessionStorage.setItem(key, since);
  timer.hidden = false;
  const tick = () => {
    const seconds = Math.floor((Date.now() - since) / 1000);
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (timer.isConnected) setTimeout(tick, 1000);
  };
  tick();
}

function askAgainLater() {
  clearTimeout(waiting);
  const form = document.querySelector("form[data-again]");
  if (form) waiting = setTimeout(() => send(form), Number(form.dataset.again) * 1000);
}

setInterval(() => {
  const token = document.querySelector("[name=csrf_token]")?.value;
  if (!token || document.hidden || !document.querySelector("main [name=assignment]")) return;
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
