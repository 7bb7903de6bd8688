// What this page has to say over the status bar: that there is no connection, or no line. The server's words
// come back as soon as that is over. Each stands in a <template> of the page; the last of these is the loudest.

const LOUDER = ["offline-words", "off-words", "lost-words"];
const STATES = { "off-words": "paused" };
const held = new Set();
let over = null;
let before = null;

export function say(words, isSo) {
  if (isSo) held.add(words);
  else held.delete(words);
  paint();
}

export const isSaid = (words) => held.has(words);

// The server has written the bar anew, so there is a connection.
export function barIsNew() {
  held.delete("offline-words");
  over = before = null;
  paint();
}

function paint() {
  const status = document.querySelector("#status");
  const next = LOUDER.findLast((words) => held.has(words)) ?? null;
  if (!status || next === over) return;
  before ??= { state: status.dataset.state, inside: [...status.childNodes] };
  const words = next && document.getElementById(next);
  status.dataset.state = words ? STATES[next] ?? "offline" : before.state;
  if (words) status.setAttribute("aria-live", "polite");
  status.replaceChildren(...(words ? words.content.cloneNode(true).childNodes : before.inside));
  over = next;
  if (!next) before = null;
}
