// The explorer page: chips that hide a frame's evidence, actors that show theirs. Offsets are the server's affair.
"use strict";

const root = document.documentElement;
const all = (selector) => [...document.querySelectorAll(selector)];
root.classList.add("js");

for (const chip of all("[data-toggle]")) {
  const marks = all(`mark.frame[data-label="${chip.dataset.toggle}"]`);
  chip.addEventListener("change", () => marks.forEach((mark) => mark.classList.toggle("off", !chip.checked)));
}

// The evidence that a link leads to stands out, all pieces of it.
window.addEventListener("hashchange", () => {
  const place = all("mark.frame").find((mark) => mark.id === location.hash.slice(1))?.dataset;
  all("mark.frame").forEach((mark) => {
    mark.classList.toggle("sought", mark.dataset.label === place?.label && mark.dataset.number === place?.number);
  });
});

const rows = all("[data-actor]");
const state = { over: null, focus: null, kept: null };

function showActor() {
  const row = state.over ?? state.focus ?? state.kept;
  const label = row?.dataset.actor;
  document.querySelector(".text").classList.toggle("one-actor", row !== null);
  all(".mention, .actor").forEach((mark) => mark.classList.toggle("on", mark.dataset.label === label));
}

for (const row of rows) {
  const button = row.querySelector("button");
  const put = (name, value) => () => { state[name] = value; showActor(); };
  row.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && put("over", row)());
  row.addEventListener("pointerleave", put("over", null));
  button.addEventListener("focus", () => button.matches(":focus-visible") && put("focus", row)());
  button.addEventListener("blur", put("focus", null));
  button.addEventListener("click", () => {
    state.kept = state.kept === row ? null : row;
    rows.forEach((other) => other.querySelector("button").setAttribute("aria-pressed", other === state.kept));
    showActor();
  });
  row.querySelector("a")?.addEventListener("click", () => state.kept === row || button.click());
}

// A tooltip goes away on Escape, and comes back with the next move.
document.addEventListener("keydown", (event) => event.key === "Escape" && root.classList.add("quiet"));
for (const name of ["pointermove", "focusin"]) {
  document.addEventListener(name, () => root.classList.remove("quiet"), { passive: true });
}

const form = document.getElementById("article-form");
const primary = form.querySelector(".primary");
const words = primary.textContent;
form.addEventListener("submit", () => { primary.textContent = primary.dataset.wait; form.ariaBusy = "true"; });
window.addEventListener("pageshow", () => { primary.textContent = words; form.ariaBusy = null; });
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(primary);
});

// Said before it is sent: a server may close the connection on a body that is far too large.
const [title, body] = ["title", "body"].map((id) => document.getElementById(id));
function checkLength() {
  const text = title.value + body.value;
  const limit = body.dataset.limit - 2;
  const isLong = text.length > limit && [...text].length > limit;
  body.setCustomValidity(isLong ? body.dataset.tooLong : "");
}
for (const field of [title, body]) field.addEventListener("input", checkLength);

const copy = document.getElementById("copy");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById("call").textContent);
    copy.textContent = copy.dataset.done;
  });
}
