// Notes and callback times stay in this browser until the server has the result.

const HEAD = "dialer:kept:";

const assignment = () => document.querySelector("main [name=assignment]")?.value;

// What is kept goes as soon as the server has it: a phone may be lent.
export function forget() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(HEAD)) localStorage.removeItem(key);
  }
}

export function restore() {
  const call = assignment();
  if (!call) return;
  for (const field of document.querySelectorAll("[data-keep]")) {
    const kept = localStorage.getItem(`${HEAD}${call}:${field.dataset.keep}`);
    if (kept !== null && kept !== field.value) {
      field.value = kept;
      field.closest("details")?.setAttribute("open", "");
    }
  }
}

document.addEventListener("input", (event) => {
  const call = assignment();
  if (call && event.target.dataset.keep) {
    localStorage.setItem(`${HEAD}${call}:${event.target.dataset.keep}`, event.target.value);
  }
});
