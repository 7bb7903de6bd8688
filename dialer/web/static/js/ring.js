// Rings whom the volunteer has in hand from this page: the server rings them once the browser's leg is there, and
// the page follows the call as any other that is put through. When they are done, it hangs up.

import { look, onShown } from "./send.js";
import { ask, telephoneOf } from "./telephone.js";

const TALKING = ["ringing", "talking"];
let phone = null;
let isUp = false;

addEventListener("submit", (event) => {
  const { ring } = event.target.dataset;
  if (!ring) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!isUp) call(ring, event.target.dataset);
}, { capture: true });

async function call(assignment, parts) {
  says("");
  isUp = true;
  try {
    const pass = await ask("/call/softphone/token", { assignment });
    if (pass.over) return over("over");
    phone ??= await telephoneOf(parts);
    await phone.join(pass.token, heard, { Assignment: assignment });
  } catch (fault) {
    if (fault.name === "NotAllowedError" || fault.name === "NotFoundError") return over("denied");
    if (!(fault instanceof TypeError)) throw fault;
    over("over");
  }
  return undefined;
}

let wasReady = false;
function heard(what) {
  if (what === "denied") return over("denied");
  if (what === "over") return over(wasReady ? "" : "over");
  if (what === "ready" && !wasReady) {
    wasReady = true;
    look();
  }
  return undefined;
}

function over(why) {
  isUp = wasReady = false;
  phone?.leave();
  if (why) says(why);
  else look();
}

function says(why) {
  const place = document.querySelector("#ring-says");
  if (!place) return;
  place.textContent = why ? place.dataset[why] : "";
  place.hidden = !why;
}

onShown(() => {
  if (isUp && !TALKING.includes(document.querySelector("#status")?.dataset.state)) {
    isUp = wasReady = false;
    phone.leave();
  }
});
addEventListener("beforeunload", (event) => {
  if (isUp) event.preventDefault();
});
addEventListener("pagehide", () => phone?.leave());
