// Sends the call screen's forms and puts the next screen in place of this one. When the network is gone, the
// last press is kept in this browser and sent as soon as it is back; the server takes it once, however often it comes.

import { barIsNew, say } from "./bar.js";

const PENDING = "dialer:pending";
const AGAIN_MS = 4000;
let busy = false;
let again = 0;

const shown = new EventTarget();
export const onShown = (listener) => shown.addEventListener("shown", listener);
export const hasPending = () => localStorage.getItem(PENDING) !== null;

export async function send(form, submitter) {
  const url = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
  const fields = [...new FormData(form, submitter)].filter(([, value]) => typeof value === "string");
  localStorage.setItem(PENDING, JSON.stringify({ url, fields }));
  submitter?.setAttribute("aria-busy", "true");
  if (submitter?.matches(".ans")) submitter.setAttribute("aria-pressed", "true");
  await flush();
  submitter?.removeAttribute("aria-busy");
}

export async function flush() {
  const pending = localStorage.getItem(PENDING);
  if (!pending || busy) return;
  busy = true;
  clearTimeout(again);
  try {
    const { url, fields } = JSON.parse(pending);
    const answer = await fetch(url, { method: "POST", body: new URLSearchParams(fresh(fields)), headers: { Accept: "text/html" } });
    if (answer.status >= 500) throw new TypeError("the server is away for a moment");
    const page = await answer.text();
    localStorage.removeItem(PENDING);
    show(answer, page, ownOf(url));
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    sayOffline();
    again = setTimeout(flush, AGAIN_MS);
  } finally {
    busy = false;
  }
}

// The server knows more by now (the line that it put through has moved on): show its page.
export async function look() {
  if (busy || hasPending()) return;
  const answer = await fetch("/call", { headers: { Accept: "text/html" } });
  const page = answer.ok ? await answer.text() : "";
  if (answer.ok && !busy) show(answer, page, false);
}

// The press may be older than this page: the page's own token is the one that counts.
function fresh(fields) {
  const token = document.querySelector("[name=csrf_token]")?.value;
  return fields.map(([name, value]) => [name, name === "csrf_token" && token ? token : value]);
}

// What is being filled in stays when the page is shown anew for something else than sending it.
const ownOf = (url) => document.querySelector("[data-stays] form")?.action === url;

function show(answer, html, isSent) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const isNotMine = answer.status === 403 || answer.status === 404; // any more, such as who was never put through
  if (!next.querySelector("#bar") || isNotMine) {
    location.assign(isNotMine ? "/call" : answer.url);
    return;
  }
  if (!mayHear(document) && mayHear(next)) {
    location.assign(answer.redirected ? answer.url : "/call");
    return;
  }
  document.title = next.title;
  document.querySelector(".mast").replaceChildren(...next.querySelector(".mast").childNodes);
  swapMain(next.querySelector("#main"), isSent ? null : filledIn(next));
  barIsNew();
  const { pathname, search } = new URL(answer.url);
  history.replaceState(null, "", pathname === "/call" ? pathname : pathname + search);
  shown.dispatchEvent(new Event("shown"));
}

// A page may use the microphone only if it was let when it was opened.
const mayHear = (page) => page.body.hasAttribute("data-microphone");

// The live region stays the same element; only its inside changes, or it would not be read out.
// A form that somebody is at stays the same element too, with all that was chosen and typed in it, while the next
// page is about the same.
function swapMain(next, stays) {
  const main = document.querySelector("#main");
  const bar = main.querySelector("#bar");
  const nextBar = next.querySelector("#bar");
  if (!bar) return main.replaceChildren(...next.childNodes);
  swapBar(bar, nextBar);
  const kept = new Map([[nextBar, bar], [stays?.coming, stays?.here]]);
  for (const node of [...main.childNodes]) if (node !== bar && node !== stays?.here) node.remove();
  main.className = next.className;
  let before = null;
  for (const node of [...next.childNodes]) {
    const here = kept.get(node) ?? node;
    if (here === node && before) before.after(node);
    if (here === node && !before) main.prepend(node);
    before = here;
  }
}

// The part of this page that somebody is at, where the next one has it too.
function filledIn(page) {
  const here = document.querySelector("#main > [data-stays]");
  const coming = page.querySelector("#main > [data-stays]");
  const isAt = here?.hasAttribute("data-touched") || here?.contains(document.activeElement);
  return isAt && coming?.dataset.stays === here.dataset.stays ? { here, coming } : null;
}

document.addEventListener("input", (event) => {
  event.target.closest("[data-stays]")?.setAttribute("data-touched", "");
});

function swapBar(bar, next) {
  const status = bar.querySelector("#status");
  const coming = next.querySelector("#status");
  status.dataset.state = coming.dataset.state;
  status.setAttribute("aria-live", coming.getAttribute("aria-live"));
  status.replaceChildren(...coming.childNodes);
  for (const node of [...bar.children]) if (node !== status) node.remove();
  for (const node of [...next.children]) if (node !== coming) bar.append(node);
}

const sayOffline = () => say("offline-words", true);
const sayOnline = () => say("offline-words", false);

// Back again: what waits is sent, and the bar says what it said before.
addEventListener("online", () => (hasPending() ? flush() : sayOnline()));
addEventListener("offline", sayOffline);
