// The screen in the hall works without this file. It asks before the first page comes back, counts the seconds,
// and adds a pad of numbers or of letters to the boxes that are typed into. It stores nothing.
"use strict";

const body = document.body;
const dialog = document.getElementById("idle");
let last = Date.now();
let looking = 0;

// Idle -----------------------------------------------------------------------------------------------------------------

function awake() {
  if (!dialog.open) last = Date.now();
}

function look() {
  const idle = (Date.now() - last) / 1000;
  const left = Math.ceil(Number(body.dataset.idle) - idle);
  if (left <= 0) {
    // One going home is enough: each further one would break off the one that is on its way.
    clearInterval(looking);
    for (const form of document.forms) form.reset();
    location.replace(body.dataset.home);
  } else if (left <= Number(body.dataset.warning)) {
    dialog.querySelector("[data-seconds]").textContent = left;
    if (!dialog.open) dialog.showModal();
  }
}

if (body.dataset.home) {
  for (const name of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) addEventListener(name, awake, { passive: true });
  dialog.addEventListener("close", () => { last = Date.now(); });
  looking = setInterval(look, 500);
}
// What was on a screen is not brought back from the browser's memory.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// Pads -----------------------------------------------------------------------------------------------------------------

const pad = document.getElementById("pad");
const boxes = Array.from(document.querySelectorAll("[data-pad]"));
let box = boxes[0];

function key(label, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => { press(); box.focus(); });
  return button;
}

function rub() {
  return key(pad.dataset.rub, () => { box.value = box.value.slice(0, -1); });
}

// Letters of sounds are put one after the other; those before a number are one beginning or another.
function draw() {
  const letters = box.dataset.pad.split(" ").filter(Boolean);
  if (box.dataset.spell) {
    pad.replaceChildren(...letters.map((letter) => key(letter, () => { box.value += letter; })), rub());
    return;
  }
  const first = document.createElement("div");
  first.className = "letters";
  first.append(...letters.map((letter) => key(letter, () => { box.value = letter; })));
  pad.replaceChildren(
    ...(letters.length ? [first] : []),
    ..."1234567890".split("").map((digit) => key(digit, () => { box.value += digit; })),
    rub(),
  );
}

if (pad && box) {
  for (const each of boxes) each.addEventListener("focus", () => { box = each; draw(); });
  pad.closest("[data-with-pad]").hidden = false;
  draw();
}
