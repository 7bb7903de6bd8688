// A file goes off as soon as it is chosen, or dropped on its field. Without a script a button does it.

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  const place = form.querySelector("[data-drop]");
  const words = place.querySelector(".drop-words");
  const news = form.querySelector("[data-sending]");
  form.querySelector("[data-without-script]").hidden = true;
  words.hidden = false;

  const send = () => {
    if (!input.files.length) return;
    news.textContent = news.dataset.sending;
    form.requestSubmit();
  };
  input.addEventListener("change", send);

  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    place.classList.add("is-over");
  };
  place.addEventListener("dragenter", over);
  place.addEventListener("dragover", over);
  place.addEventListener("dragleave", (event) => {
    if (!place.contains(event.relatedTarget)) place.classList.remove("is-over");
  });
  place.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    place.classList.remove("is-over");
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    send();
  });
}

