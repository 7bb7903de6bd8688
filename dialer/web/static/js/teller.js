// The tellers' page with a script: a keypad, and numbers that are kept on this phone before anything is sent.

import { Outbox, keep, kept } from "./outbox.js";
import { ServerClock } from "./server-clock.js";
import * as lines from "./teller-lines.js";

const STATE = "teller:state";
const OFFSET = "teller:offset";
const DISTRICT = "dialer:teller:district";
const PATIENCE_MS = 15000;

const main = document.querySelector("main.teller");
const form = main.querySelector("form.note");
const { number, district } = form.elements;
const logButton = form.querySelector("[data-test=log]");
const said = main.querySelector("#said");
const practiceWords = [...said.childNodes];
const unsent = document.querySelector("[data-test=unsent]");
const counts = main.querySelector("[data-test=counts]");

const newId = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

let state = null;
let clock = new ServerClock();
let outbox = null;
let lastId = null;

// ---- the number ----

const LETTERS = "ABCDEFGH";

function press(key) {
  const before = number.value;
  if (key === "Backspace") number.value = before.slice(0, -1);
  else if (key === "/") number.value = suffixed(before);
  else if (before.length < Number(main.dataset.longest)) number.value = before + key;
  sayButton();
}

// A slash begins a suffix; pressed again it is a letter, the next each time.
function suffixed(before) {
  if (!before.includes("/")) return before ? `${before}/` : before;
  const [head, tail] = before.split("/");
  if (tail === "") return `${head}/A`;
  const next = LETTERS.indexOf(tail) + 1;
  return next ? `${head}/${LETTERS[next] ?? ""}` : before;
}

function sayButton() {
  const written = [district.value, number.value].filter(Boolean).join(" ");
  logButton.textContent = lines.words("log", number.value ? written : "").trim();
}

const say = (words) => said.replaceChildren(words);

// ---- what time it is, and what that means ----

function phase() {
  const now = clock.now();
  if (state?.closes_at && now >= state.closes_at) return "closed";
  return state?.opens_at && now < state.opens_at ? "before" : "open";
}

function showPhase() {
  const now = phase();
  if (main.dataset.phase === now) return;
  main.dataset.phase = now;
  if (said.childNodes.length === 0 || said.contains(practiceWords[0])) said.replaceChildren(...(now === "before" ? practiceWords : []));
}

// ---- noting, and taking back ----

async function note() {
  const written = number.value.replace(/\s+/g, " ").trim();
  if (!/[0-9]/.test(written)) return say(main.dataset.notANumber);
  const mark = { id: newId(), election: state?.election_id ?? null, number: written, district: district.value, at: Math.round(clock.now()) };
  number.value = "";
  sayButton();
  if (phase() === "before") {
    await lines.add({ ...mark, state: "practice" });
    say(lines.words("practised", written));
    return show();
  }
  try {
    await outbox.put({ ...mark, kind: "mark" });
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault;
    // A full phone keeps nothing: the number goes at once, as the plain form that it is without a script.
    number.value = written;
    return form.submit();
  }
  await lines.add({ ...mark, state: "waiting" });
  lastId = mark.id;
  say(lines.words("logged", written));
  await show();
  outbox.flush();
}

async function takeBack(id) {
  const line = (await lines.all()).find((one) => one.id === id);
  if (!line) return;
  const wasOnItsWay = line.state !== "practice" && !(await outbox.take(id));
  await lines.remove(id);
  if (wasOnItsWay) await outbox.put({ id: newId(), kind: "undo", of: id, election: line.election });
  say(lines.words("undone", line.number));
  await show();
  outbox.flush();
}

// ---- sending ----

const alike = (one, other) => one.kind === other.kind && one.election === other.election;

async function ask(address, body) {
  const asked = performance.now();
  const headers = { Accept: "application/json" };
  if (body) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": state?.csrf ?? "" });
  const answer = await fetch(address, {
    method: body ? "POST" : "GET", body: body && JSON.stringify(body), headers, redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.type === "opaqueredirect" || answer.status === 401) return { out: true };
  if (!answer.ok) return { status: answer.status };
  const given = await answer.json();
  await hear(given, asked);
  return { given };
}

async function hear(given, asked) {
  clock.heard(given.now, asked);
  const { now, lines: theirs, marks, undone, practice, ...rest } = given;
  state = { ...state, ...rest };
  await keep(STATE, () => state);
  await keep(OFFSET, () => clock.offset);
  if (!marks && undone === undefined) {
    const gone = new Set((await outbox.items()).map((item) => item.of));
    await lines.merge(theirs.filter((one) => !gone.has(one.client_id)), state.election_id);
  }
  signedOut(false);
}

async function deliver(items) {
  try {
    const [{ kind, election }] = items;
    const sent = kind === "mark" ? ["/teller/marks", { election_id: election, marks: items.map(asMark) }] : ["/teller/marks/undo", { client_ids: items.map((item) => item.of) }];
    let answer = state?.csrf ? await ask(...sent) : { status: 403 };
    if (answer.status === 403) answer = (await refresh()) ? await ask(...sent) : { out: true };
    if (answer.out) return signedOut(true), "later";
    if (answer.given) return await told(kind, items, answer.given), "done";
    if (answer.status !== 422) return "later";
    if (items.length === 1) await refused(items);
    return "refused";
  } catch (fault) {
    if (fault instanceof TypeError || fault instanceof SyntaxError || fault.name === "TimeoutError" || fault.name === "AbortError") return "later";
    throw fault;
  }
}

const asMark = (item) => ({ client_id: item.id, elector_number: item.number, polling_district: item.district, at: new Date(item.at).toISOString() });

async function told(kind, items, given) {
  if (kind === "undo") return undefined;
  const outcomes = new Map(given.practice ? items.map((item) => [item.id, "practice"]) : given.marks.map((one) => [one.client_id, one.outcome]));
  await lines.settle(outcomes);
  const last = given.marks.find((one) => one.client_id === lastId);
  const item = items.find((one) => one.id === lastId);
  if (last && item && last.outcome in main.dataset && number.value === "") {
    say(lines.words(last.outcome, item.number, { time: last.voted_at ? lines.clockTime(last.voted_at, state.timezone) : "" }));
  }
}

const refused = (items) => lines.settle(new Map(items.map((item) => [item.id, "refused"])));

// How things stand at the server; whether somebody who may note numbers is signed in.
async function refresh() {
  const answer = await ask("/teller/state");
  if (answer.given) await fill();
  else if (answer.out || answer.status === 403) signedOut(true);
  return Boolean(answer.given);
}

// ---- showing ----

function signedOut(is) {
  main.querySelector("[data-says=signed-out]").hidden = !is;
}

async function fill() {
  if (!state) return;
  const chosen = localStorage.getItem(DISTRICT) ?? district.value;
  if (state.districts.length) {
    district.replaceChildren(...state.districts.map(({ name, station }) => new Option(station ? `${name} · ${station}` : name, name, false, name === chosen)));
  }
  sayButton();
  await show();
}

// Marks that the server doesn't have yet, and takings back of those that it has.
function unsentOf(items) {
  const marks = new Set(items.filter((item) => item.kind === "mark").map((item) => item.id));
  const gone = new Set(items.map((item) => item.of));
  return items.filter((item) => (item.kind === "mark" ? !gone.has(item.id) : !marks.has(item.of)));
}

async function show() {
  showPhase();
  const items = await outbox.items();
  const waiting = unsentOf(items);
  unsent.hidden = waiting.length === 0;
  unsent.dataset.value = waiting.length;
  unsent.querySelector("span").textContent = unsent.dataset.one.replace("{}", waiting.length);
  const aside = items.filter((item) => item.refused && item.kind === "mark");
  main.querySelector("[data-says=refused]").hidden = aside.length === 0;
  main.querySelector("[data-test=refused]").textContent = aside.map((item) => [item.district, item.number].filter(Boolean).join(" ")).join(", ");
  main.querySelector(".while-unsent").hidden = waiting.length === 0;
  if (state) {
    const more = waiting.reduce((sum, item) => sum + (item.kind === "mark" ? 1 : -1), 0);
    counts.textContent = lines.words("counts", "", { hour: state.this_hour + more, today: state.today + more });
    await lines.show(state.timezone);
  }
}

// ---- keys, buttons ----

form.querySelector(".keys").addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key) press(key);
});

// Only when this phone can keep: until then, and where it can't, a press sends the plain form, and nothing vanishes.
const takeOver = () => main.addEventListener("submit", (event) => {
  if (event.target === form) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return note();
  }
  const button = event.target.querySelector("[data-undo]");
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  takeBack(button.dataset.undo);
}, { capture: true });

number.addEventListener("input", sayButton);
district.addEventListener("change", () => {
  localStorage.setItem(DISTRICT, district.value);
  sayButton();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const inNumber = event.target === number;
  if (event.key.toLowerCase() === "z" && !number.value.includes("/")) main.querySelector("[data-test=undo-last]")?.click();
  else if (!inNumber && event.target.matches("select, summary, input, textarea")) return;
  else if (!inNumber && (/^[0-9/]$/.test(event.key) || event.key === "Backspace")) press(event.key);
  else if (!inNumber && event.key === "Enter" && !event.target.matches("button, a")) form.requestSubmit();
  else return;
  event.preventDefault();
});

// ---- the beginning ----

async function begin() {
  state = (await kept(STATE)) ?? null;
  clock = new ServerClock((await kept(OFFSET)) ?? null);
  outbox = new Outbox("teller", deliver, alike);
  outbox.addEventListener("changed", show);
  // The keypad writes; a phone's own keyboard would cover it.
  number.inputMode = "none";
  takeOver();
  main.dataset.ready = "";
  await fill();
  setInterval(showPhase, 10_000);
  await refresh().catch((fault) => {
    if (!(fault instanceof TypeError) && fault.name !== "TimeoutError") throw fault;
  });
  // What was refused may have been the server's fault, or is right by now.
  await outbox.again();
  await outbox.flush();
}

// Where a browser keeps nothing (some private windows), the page is the form that it is without a script.
await begin();
navigator.serviceWorker?.register(main.dataset.worker, { scope: "/teller" });
navigator.storage?.persist?.();
