// The editor of scripts: what is dragged goes where it is let go, and nobody leaves with words unsaved by accident. The
// server puts things elsewhere; up and down do the same by keyboard, and without a script.

const form = document.getElementById("script-form");

// After a button that changed the form: on with what it made or moved. A place named in the address would take the focus
// away again, and is only for browsers without a script.
for (const button of form.querySelectorAll("[name=move], [name=add]")) button.removeAttribute("formaction");
document.getElementById(form.dataset.goesOn)?.focus();

let unsaved = "unsaved" in form.dataset;
form.addEventListener("input", () => { unsaved = true; });
form.addEventListener("submit", (event) => { if (!event.submitter?.formTarget) unsaved = false; });
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

const EDGE = 60; // px from the window's edges within which it scrolls

const drag = (grip, start) => {
  const row = document.getElementById(grip.dataset.grip);
  const rows = [...row.parentElement.children].filter((one) => "moves" in one.dataset);
  const others = rows.filter((one) => one !== row);
  const from = rows.indexOf(row);
  let to = from;

  // Steps are folded while one is moved, so that all are in reach; the one in hand stays under the hand.
  form.classList.toggle("is-ordering", row.matches("fieldset"));
  row.classList.add("is-moved");
  scrollBy({ top: row.getBoundingClientRect().top - start.clientY, behavior: "instant" });

  const mark = () => {
    for (const one of others) one.classList.remove("is-before", "is-after");
    if (to === from) return;
    if (to < others.length) others[to].classList.add("is-before");
    else others.at(-1).classList.add("is-after");
  };
  const move = (event) => {
    if (event.clientY < EDGE) scrollBy(0, -EDGE / 4);
    if (event.clientY > innerHeight - EDGE) scrollBy(0, EDGE / 4);
    to = others.filter((one) => {
      const { top, height } = one.getBoundingClientRect();
      return top + height / 2 < event.clientY;
    }).length;
    mark();
  };
  const stop = (event) => {
    over.abort();
    form.classList.remove("is-ordering");
    row.classList.remove("is-moved");
    const wanted = to;
    to = from;
    mark();
    if (event.type !== "pointerup" || wanted === from) return;
    const button = document.getElementById("move-by-hand");
    button.value = `${row.id}:${wanted}`;
    form.requestSubmit(button);
  };
  const over = new AbortController();
  const { signal } = over;
  addEventListener("pointermove", move, { signal });
  for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, stop, { signal });
  addEventListener("keydown", (event) => { if (event.key === "Escape") stop(event); }, { signal });
};

form.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  drag(grip, event);
});
