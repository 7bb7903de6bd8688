// This page is a coordinator's telephone while they are in a volunteer's room: it opens their leg when the list says
// that they come by this browser, and puts it down when they have left. Who leaves the page hangs up and is asked first,
// so meanwhile its forms are sent without leaving it. A leg that is over ends it for the server too: nothing is opened
// twice.

import { ask, telephoneOf } from "./telephone.js";

let phone = null;
let at = null; // the shift in whose room this page is, or is on its way into
let left = null;

const place = () => document.querySelector("#desk-phone");

function follow() {
  const wanted = place()?.dataset.session ?? null;
  if (wanted !== left) left = null;
  if (wanted === at || (wanted && wanted === left)) return;
  if (at) phone?.leave();
  at = wanted;
  if (wanted) come(wanted);
}

async function come(shift) {
  says("");
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
  if (what === "over") return over("");
  if (what === "renew" && at) return renew(at);
  return undefined;
}

async function renew(shift) {
  const pass = await ask(`/shifts/${shift}/supervise/token`, {}).catch(() => ({}));
  if (pass.token) phone?.renew(pass.token);
}

function over(why) {
  left = at;
  at = null;
  phone?.leave();
  says(why);
}

function says(why) {
  const words = document.querySelector("#desk-phone-says");
  if (!words) return;
  words.textContent = why ? words.dataset[why] : "";
  words.hidden = !why;
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

document.addEventListener("htmx:afterSwap", follow);
addEventListener("beforeunload", (event) => {
  if (at) event.preventDefault();
});
addEventListener("pagehide", () => phone?.leave());
follow();
