// The list of a teller's last numbers, and the words for what became of each.

import { keep, kept } from "./outbox.js";

const LINES = "teller:lines";
const MOST = 40;

const main = document.querySelector("main.teller");
const lists = [...document.querySelectorAll(".told")];
const pattern = document.querySelector("#line");

export const words = (name, number, more = {}) =>
  Object.entries(more).reduce((said, [key, value]) => said.replace(`{${key}}`, value), main.dataset[name].replace("{}", number));

export const clockTime = (at, timeZone) =>
  new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", hour12: true, timeZone })
    .format(at)
    .replace(":00", "")
    .replace(/\b([ap]m)$/, (half) => (document.documentElement.lang === "cy" ? { am: "yb", pm: "yh" }[half] : half));

export const all = async () => (await kept(LINES)) ?? [];

export const add = (line) => keep(LINES, (lines = []) => [line, ...lines].slice(0, MOST));

export const remove = (id) => keep(LINES, (lines = []) => lines.filter((line) => line.id !== id));

// What became of some, by id.
export const settle = (outcomes) =>
  keep(LINES, (lines = []) =>
    lines
      .map((line) => (outcomes.has(line.id) ? { ...line, state: outcomes.get(line.id) } : line))
      .filter((line) => line.state !== "undone"));

// The server's own account of them: what was noted here without a script, or on this teller's other phone, comes in
// beside what this phone knows.
export const merge = (theirs, election) =>
  keep(LINES, (lines = []) => {
    const known = new Set(lines.map((line) => line.id));
    const new_ = theirs
      .filter((one) => !known.has(one.client_id))
      .map((one) => ({ id: one.client_id, election, number: one.elector_number, district: one.polling_district, at: one.at, state: one.outcome }));
    return [...lines, ...new_].filter((line) => line.election === election).sort((a, b) => b.at - a.at).slice(0, MOST);
  });

export async function show(timeZone) {
  const lines = await all();
  const [last, whole] = lists;
  last.replaceChildren(...lines.map((line, place) => row(line, timeZone, place ? "undo" : "undo-last")));
  whole.replaceChildren(...lines.map((line) => row(line, timeZone, "undo")));
}

function row(line, timeZone, test) {
  const made = pattern.content.firstElementChild.cloneNode(true);
  made.dataset.line = line.id;
  made.dataset.state = line.state;
  made.querySelector(".n").textContent = line.number;
  made.querySelector(".detail").textContent = `${clockTime(line.at, timeZone)} · ${words(`state${line.state[0].toUpperCase()}${line.state.slice(1)}`, "")}`;
  const button = made.querySelector("[data-undo]");
  button.dataset.undo = line.id;
  button.dataset.test = test;
  button.setAttribute("aria-label", `${button.getAttribute("aria-label")}${line.number}`);
  button.closest("form").hidden = line.state === "refused" || line.state === "practice";
  return made;
}
