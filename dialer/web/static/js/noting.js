// What a form of the call screen says of itself as it is filled in: how long the note is, and no more of what is
// put right by now. The server counts and checks again when it is saved.

const NEAR = 0.8; // of the most that fits: from there on the length is shown

// Characters as the server counts them: an emoji is one, and so is a new line.
const lengthOf = (text) => [...text.trim()].length;

export function count() {
  for (const field of document.querySelectorAll("[data-most]")) {
    const words = document.getElementById(`${field.id}-most`);
    const most = Number(field.dataset.most);
    const length = lengthOf(field.value);
    words.dataset.plain ??= words.textContent;
    const figure = (value) => value.toLocaleString(document.documentElement.lang);
    if (length > most) words.textContent = words.dataset.long.replace("{}", figure(length - most));
    else if (length >= NEAR * most) words.textContent = words.dataset.fits.replace("{}", figure(length));
    else words.textContent = words.dataset.plain;
    words.classList.toggle("err", length > most);
    words.classList.toggle("far", length < NEAR * most);
  }
}

// One fault is said a field; when the field has been changed, it is said no more.
function putRight(field) {
  const most = Number(field.dataset.most);
  if (most && lengthOf(field.value) > most) return;
  const link = document.querySelector(`.wrongs a[href="#${CSS.escape(field.name)}"]`);
  if (!link) return;
  const box = link.closest(".wrongs");
  link.closest("li").remove();
  document.getElementById(`${field.name}-error`)?.remove();
  field.removeAttribute("aria-invalid");
  field.closest(".wrong")?.classList.remove("wrong");
  const left = box.querySelectorAll("li").length;
  if (left) box.querySelector("h2").textContent = box.dataset.one;
  else box.remove();
}

document.addEventListener("input", (event) => {
  if (!event.target.name) return;
  count();
  putRight(event.target);
});
