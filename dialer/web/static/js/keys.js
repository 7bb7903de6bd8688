// Keys: 1–7, B, N, R, U, S, P, C and ?. None while a field has focus; none stops contacting somebody.

const OFF = "dialer:keys-off";

const press = (key) => document.querySelector(`main [data-key="${key}"]`);
const visible = (element) => element && element.checkVisibility?.() !== false;

const DEEDS = {
  n: () => openNote(),
  s: () => document.querySelector("[data-test=save]")?.click(),
  p: () => document.querySelector(".mast .switch")?.click(),
  c: () => document.querySelector("[data-test=call-own], [data-test=next]")?.click(),
  "?": () => location.assign("/call/keys"),
};

function openNote() {
  const note = document.querySelector("#notes");
  note?.closest("details")?.setAttribute("open", "");
  note?.focus();
}

// A number means the outcome or answer that is to be seen: two groups of outcomes share their numbers.
function numbered(key) {
  const found = [...document.querySelectorAll(`main [data-key="${key}"]`)].find(visible);
  found?.click();
  found?.querySelector("input")?.focus({ preventScroll: true });
}

// Enter in a one-line field would press the form's first button.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("main input:not([type=radio], [type=checkbox])")) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const typing = event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
  if (!plain || typing || localStorage.getItem(OFF)) return;
  const key = event.key.toLowerCase();
  if (/^[1-9]$/.test(key)) numbered(key);
  else if (DEEDS[key]) DEEDS[key]();
  else if (/^[bru]$/.test(key) && visible(press(key))) press(key).click();
  else return;
  event.preventDefault();
});

const toggle = document.querySelector("[data-keys-switch]");
if (toggle) {
  toggle.checked = !localStorage.getItem(OFF);
  toggle.addEventListener("change", () => {
    if (toggle.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}
