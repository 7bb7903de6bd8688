// What every page does a little better with a script. Nothing here is needed: each page works without it.

// The list of faults takes focus, so that it is read first.
document.querySelector("[data-focus]")?.focus();

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sending) return event.preventDefault();
  form.dataset.sending = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  // A page kept by the browser and shown again by “back” may send again.
  addEventListener("pageshow", () => delete form.dataset.sending, { once: true });
});
