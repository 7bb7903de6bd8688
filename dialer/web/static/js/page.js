// What every page does a little better with a script. Nothing here is needed: each page works without it.

// The list of faults takes focus, so that it is read first.
document.querySelector("[data-focus]")?.focus();

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) return event.preventDefault();
  form.dataset.sending = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  // A page kept by the browser and shown again by “back” may send again.
  addEventListener("pageshow", () => {
    delete form.dataset.sending;
    event.submitter?.removeAttribute("aria-busy");
  }, { once: true });
});

// What was typed survives a change of language or colours.
const PLACE = `dialer:place:${location.pathname}`;
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-keeps-place]")) return;
  const typed = [...document.querySelectorAll("main input:not([type=hidden], [type=password], [type=file]), main textarea, main select")]
    .filter((field) => field.name)
    .map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value]);
  sessionStorage.setItem(PLACE, JSON.stringify({ typed, top: scrollY }));
});
const place = sessionStorage.getItem(PLACE);
if (place) {
  sessionStorage.removeItem(PLACE);
  const { typed, top } = JSON.parse(place);
  for (const [name, value] of typed) {
    for (const field of document.getElementsByName(name)) {
      if (!Array.isArray(value)) field.value = value;
      else if (field.value === value[0]) field.checked = value[1];
    }
  }
  scrollTo(0, top);
}
