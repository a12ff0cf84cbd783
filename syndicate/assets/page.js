// What the pages can do beyond links: copy an address, find a feed. Without it they are whole.
const said = document.getElementById("copied");
let last; // the button that was pressed last: what is said of it is not unsaid for another

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard without https, or without leave: the old way, through a field that is selected.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("copying is not allowed here");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  let timer;
  button.hidden = false;
  button.addEventListener("click", async () => {
    let answer = "Copied";
    try {
      await copy(button.dataset.copy);
    } catch {
      answer = "Not copied";
    }
    button.focus();
    button.textContent = answer;
    if (said) said.textContent = answer;
    last = button;
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = label;
      if (said && last === button) said.textContent = "";
    }, 2000);
  });
}

// An image that cannot be had leaves no hole behind.
function dismiss(image) {
  image.hidden = true;
}
document.addEventListener("error", (event) => event.target.localName === "img" && dismiss(event.target), true);
for (const image of document.images) {
  if (image.complete && !image.naturalWidth) dismiss(image);
}

const search = document.getElementById("search");
if (search) {
  const found = document.getElementById("found");
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = Array.from(document.querySelectorAll("[data-feed]"), (row) => ({
    row,
    text: plain(`${row.firstChild.textContent} ${row.dataset.feed} ${row.querySelector("p")?.textContent ?? ""}`),
  }));
  const filter = () => {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, text } of rows) {
      const shown = words.every((word) => text.includes(word));
      row.hidden = !shown;
      count += shown;
    }
    for (const list of document.querySelectorAll(".feeds")) {
      list.parentElement.hidden = !list.querySelector("li:not([hidden])");
    }
    found.textContent = words.length ? `${count} of ${rows.length} feeds` : "";
  };
  search.closest(".search").hidden = false;
  search.addEventListener("input", filter);
  // A browser that comes back to the page may bring along what was typed.
  if (search.value) filter();
}
