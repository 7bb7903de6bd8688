// Keying a sheet: Enter goes to the next line, and on the last one to the button.

document.querySelector("[data-sheet]")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !("code" in event.target.dataset)) return;
  event.preventDefault();
  const form = event.currentTarget;
  const lines = [...form.querySelectorAll("[data-code]")];
  const next = lines[lines.indexOf(event.target) + 1] ?? form.querySelector("[data-test=key-sheet]");
  next.focus();
  next.select?.();
});
