// This page is the volunteer's telephone: it opens their line, keeps it, and comes back into the same room after a
// reload or a lost connection. The telephone itself is one of two with the same few words to it:
//   join(token, tell, params)  call; `tell` hears “ready” (with the leg's name), “lost” (it tries by itself), “over”,
//                      “denied” (no microphone) and “renew” (the token ends soon)
//   renew(token)       another token, while the call goes on
//   mute(on), leave()
// One is the carrier's own (softphone-twilio.js), the other stands in for it in the simulated town.

import { say } from "./bar.js";
import { onShown } from "./send.js";
import { ask, telephoneOf } from "./telephone.js";

const AGAIN_MS = [300, 1000, 2000, 4000, 8000, 15_000];
const RENEW_EARLY_MS = 120_000;
const LEG = "dialer:leg";
const OFF = ["elsewhere", "denied", "failed"];
const MAKES_WAY_MS = 20_000;

let phone = null;
let stage = "off"; // off, joining, ready, lost, or one of OFF
let tries = 0;
let again = 0;
let lost; // the leg that is gone, while another try is waited for
let renewal = 0;
let waysGiven = 0; // another tab takes the line: this one keeps its leg until the server has let that one in

const page = () => document.querySelector("#softphone");

function became(next) {
  stage = next;
  document.body.dataset.line = OFF.includes(next) ? "off" : next;
  show();
}

// Beside the bar stands what to do, where something is to be done.
function show() {
  say("lost-words", stage === "lost");
  say("off-words", OFF.includes(stage));
  const says = document.querySelector("#line-says");
  if (!says) return;
  says.hidden = !OFF.includes(stage);
  if (says.hidden) return;
  document.querySelector("#bar").after(says);
  says.querySelector("p").textContent = says.dataset[stage];
  says.querySelector("button span").textContent = says.dataset[`${stage}Do`];
}

// `leg`: the one that was lost, so that a line which went elsewhere meanwhile is left there.
async function enter(leg) {
  wait(0);
  sessionStorage.removeItem(LEG);
  if (stage !== "lost") became("joining");
  try {
    const pass = await ask("/call/softphone/token", leg ? { leg } : {});
    if (pass.over) return hangUp("off");
    if (pass.elsewhere) return hangUp("elsewhere");
    phone ??= await telephoneOf(page().dataset);
    renewBefore(pass.lasts_s);
    await phone.join(pass.token, heard);
  } catch (fault) {
    if (fault.name === "NotAllowedError" || fault.name === "NotFoundError") return hangUp("denied");
    if (!(fault instanceof TypeError)) throw fault;
    comeBack(leg);
  }
}

function heard(what, leg) {
  if (what === "renew") return renew();
  if (OFF.includes(stage) || stage === "off") return undefined;
  if (what === "ready") {
    tries = 0;
    sessionStorage.setItem(LEG, leg);
    others.postMessage({ since, isIn: true });
    return became("ready");
  }
  if (what === "denied") return hangUp("denied");
  if (what === "over" && waysGiven) return hangUp("elsewhere");
  became("lost");
  if (what === "over") comeBack(leg);
  return undefined;
}

function comeBack(leg) {
  if (tries >= AGAIN_MS.length) return hangUp("failed");
  if (stage !== "joining") became("lost");
  wait(AGAIN_MS[tries++], leg);
  return undefined;
}

// Until it is tried again; while nothing is waited for, the telephone has its leg, or comes back to it by itself.
function wait(for_ms, leg) {
  clearTimeout(again);
  lost = leg;
  again = for_ms ? setTimeout(() => enter(leg), for_ms) : 0;
}

function hangUp(next) {
  wait(0);
  clearTimeout(renewal);
  clearTimeout(waysGiven);
  waysGiven = 0;
  tries = 0;
  became(next);
  phone?.leave();
}

function renewBefore(lasts_s) {
  clearTimeout(renewal);
  renewal = setTimeout(renew, Math.max(10_000, lasts_s * 1000 - RENEW_EARLY_MS));
}

async function renew() {
  try {
    const pass = await ask("/call/softphone/token", {});
    if (!pass.token) return;
    phone?.renew(pass.token);
    renewBefore(pass.lasts_s);
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    renewBefore(0); // asked again in ten seconds
  }
}

// One tab is the telephone: the one that came last. The room, and whoever is talked with in it, would end with the
// leg of an older one, so that isn't put down here: the server does it once the newer one is in the room. Where that
// never comes there, as it may not hear the microphone, the older one goes on.
const others = new BroadcastChannel("dialer:line");
const me = crypto.randomUUID();
let since = "";

function takeOver(leg) {
  since = `${String(Date.now()).padStart(15, "0")} ${me}`;
  others.postMessage({ since });
  enter(leg);
}

others.addEventListener("message", ({ data }) => {
  if (!since || stage === "off" || OFF.includes(stage)) return;
  if (data.since < since) others.postMessage({ since });
  else if (stage !== "ready") hangUp("elsewhere");
  else {
    clearTimeout(waysGiven);
    waysGiven = setTimeout(isItElsewhere, MAKES_WAY_MS);
    if (data.isIn) phone.mute(true);
  }
});

async function isItElsewhere() {
  const answer = await ask("/call/softphone/token", { leg: sessionStorage.getItem(LEG) }).catch(() => ({}));
  if (answer.elsewhere) return hangUp("elsewhere");
  waysGiven = 0;
  return phone?.mute(isMuted());
}

const isMuted = () => document.querySelector("[data-test=unmute]") !== null;

function follow() {
  if (!page()) {
    if (stage !== "off") hangUp("off");
  } else if (stage === "off") takeOver(sessionStorage.getItem(LEG));
  else show();
  // The server mutes them in the room; this mutes them at the source too.
  if (!waysGiven) phone?.mute(isMuted());
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-test=line-again]")) takeOver();
});
addEventListener("online", () => {
  if (!again) return;
  tries = 0;
  enter(lost);
});
// Whoever leaves the page hangs up; with somebody on the line they are asked first.
addEventListener("beforeunload", (event) => {
  if (stage === "ready" && document.querySelector("#status")?.dataset.state === "talking") event.preventDefault();
});
addEventListener("pagehide", () => phone?.leave());
addEventListener("pageshow", (event) => {
  if (event.persisted && page() && !OFF.includes(stage)) takeOver();
});

onShown(follow);
follow();
