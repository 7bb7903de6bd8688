// Words kept ready go where the cursor is, and take the place of what is marked; before anybody was in the field, they
// go behind what stands there. Without a script the server puts them behind it.

const gap = (before, after) => (before && after && !/\s$/.test(before) && !/^\s/.test(after) ? " " : "");

for (const button of document.querySelectorAll("[data-ready]")) {
  const field = button.form?.elements.body;
  if (!field) continue;
  let wasIn = document.activeElement === field;
  field.addEventListener("focus", () => { wasIn = true; });
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const [start, end] = wasIn ? [field.selectionStart, field.selectionEnd] : [field.value.length, field.value.length];
    const before = field.value.slice(0, start), after = field.value.slice(end), words = button.dataset.ready;
    const put = gap(before, words) + words + gap(words, after);
    field.focus();
    field.setRangeText(put, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
