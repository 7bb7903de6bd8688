// One press, one text: the button has the focus, so that Enter or the space bar sends; a key that is held from the
// text before sends nothing more, and the form goes once.

const button = document.querySelector("[data-press]");
button?.focus({ preventScroll: true });

document.addEventListener("keydown", (event) => {
  if (event.repeat && (event.key === "Enter" || event.key === " ")) event.preventDefault();
}, { capture: true });

// The space bar presses when it is let go: also when it was pressed on the page before.
let isDown = false;
document.addEventListener("keydown", (event) => {
  if (event.key === " " && !event.repeat) isDown = true;
}, { capture: true });
document.addEventListener("keyup", (event) => {
  if (event.key !== " ") return;
  if (!isDown) event.preventDefault();
  isDown = false;
}, { capture: true });

button?.form.addEventListener("submit", (event) => {
  if (button.form.dataset.sent) event.preventDefault();
  button.form.dataset.sent = "1";
});

// A page that is shown again (back) may send: the server knows what has gone.
addEventListener("pageshow", () => {
  if (button) delete button.form.dataset.sent;
});
