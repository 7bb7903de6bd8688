// This page is a coordinator's telephone while they are in a volunteer's room: it opens their leg when the list says
// that they come by this browser, and puts it down when they have left. Who leaves the page hangs up and is asked first,
// so meanwhile its forms are sent without leaving it. A leg that is over ends it for the server too: nothing is opened
// twice. One tab is the telephone: the one that was opened last.

import { ask, telephoneOf } from "./telephone.js";

const MAKES_WAY_MS = 20_000;

let phone = null;
let at = null; // the shift in whose room this page is, or is on its way into
let left = null;
let isIn = false;
let since = "";
let waysGiven = 0; // another tab comes: this one keeps its leg until the server has let that one in

const place = () => document.querySelector("#desk-phone");

// A list that is shown anew brings nobody into a room whose page didn't ask for it: another tab has.
function follow({ isAsked = true } = {}) {
  const wanted = place()?.dataset.session ?? null;
  if (wanted !== left) left = null;
  if (wanted === at || (wanted && wanted === left) || (wanted && !at && !isAsked)) return;
  if (at) phone?.leave();
  become(wanted);
  if (wanted) come(wanted);
}

function become(next) {
  at = next;
  isIn = false;
  clearTimeout(waysGiven);
  waysGiven = 0;
}

async function come(shift) {
  says("");
  since = `${String(Date.now()).padStart(15, "0")} ${me}`;
  others.postMessage({ since, shift });
  try {
    const pass = await ask(`/shifts/${shift}/supervise/token`, {});
    if (pass.over) return over("over");
    phone ??= await telephoneOf(place().dataset);
    await phone.join(pass.token, heard);
  } catch (fault) {
    if (fault.name === "NotAllowedError" || fault.name === "NotFoundError") return over("denied");
    if (!(fault instanceof TypeError)) throw fault;
    over("over");
  }
  return undefined;
}

function heard(what) {
  if (what === "denied") return over("denied");
  if (what === "over") return over(waysGiven ? "elsewhere" : "");
  if (what === "renew" && at) return renew(at);
  if (what === "ready" && at && !isIn) {
    isIn = true;
    others.postMessage({ since, shift: at, isIn });
  }
  return undefined;
}

async function renew(shift) {
  const pass = await ask(`/shifts/${shift}/supervise/token`, {}).catch(() => ({}));
  if (pass.token) phone?.renew(pass.token);
}

function over(why) {
  left = at;
  become(null);
  phone?.leave();
  says(why);
}

function says(why) {
  const words = document.querySelector("#desk-phone-says");
  if (!words) return;
  words.textContent = why ? words.dataset[why] : "";
  words.hidden = !why;
}

// The room, and whoever is talked with in it, could end with the leg of an older tab, so that isn't put down here: the
// server does it once the newer one is in the room. Where that never comes there, the older one goes on.
const others = new BroadcastChannel("dialer:desk");
const me = crypto.randomUUID();

others.addEventListener("message", ({ data }) => {
  if (!at || data.shift !== at) return;
  if (data.since < since) return others.postMessage({ since, shift: at, isIn });
  if (!isIn) return over("elsewhere");
  clearTimeout(waysGiven);
  waysGiven = setTimeout(goOn, MAKES_WAY_MS);
  if (data.isIn) phone?.mute(true);
  return undefined;
});

function goOn() {
  waysGiven = 0;
  phone?.mute(false);
}

addEventListener("submit", (event) => {
  if (!at || event.defaultPrevented) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// The list as it is afterwards, with what is said of it; a page of its own is gone to, which they are asked about.
async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (!answer) return says("unsent");
  const came = new DOMParser().parseFromString(await answer.text(), "text/html");
  const board = came.querySelector("#board");
  if (!board) return location.assign(answer.url);
  for (const said of document.querySelectorAll("main [data-test=flash]")) said.remove();
  const here = document.querySelector("#board");
  here.before(...came.querySelectorAll("main [data-test=flash]"));
  here.replaceChildren(...board.childNodes);
  return follow();
}

document.addEventListener("htmx:afterSwap", () => follow({ isAsked: false }));
addEventListener("beforeunload", (event) => {
  if (at) event.preventDefault();
});
addEventListener("pagehide", () => phone?.leave());
follow();
