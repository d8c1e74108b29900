// Pages work without this file. It adds keys, a guard against sending twice or leaving unsaved work,
// upload progress, and the watching of jobs. Listeners sit on the document, so a page put in place of another keeps them.
"use strict";

const prefix = { waiting: "", timer: 0 };
const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

function stored(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing still shows the page.
  }
  return value ?? null;
}

// Keys ---------------------------------------------------------------------------------------------------------------

const typing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(checkbox|radio|button|submit|file)$/.test(element.type);

function pressed(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.altKey ? `alt+${key}` : key;
}

function act(element) {
  if (typing(element) || element.tagName === "SELECT") {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function shown(element) {
  return !element.hidden && element.getClientRects().length > 0;
}

function onKey(event) {
  // While a Chinese word is being composed every key belongs to the input method.
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  const key = pressed(event);
  if (!event.altKey && (typing(event.target) || stored("keys") === "off")) return;
  const wanted = prefix.waiting ? `${prefix.waiting} ${key}` : key;
  prefix.waiting = "";
  clearTimeout(prefix.timer);
  const known = all("[data-key]").filter(shown);
  const hit = known.find((element) => element.dataset.key.toLowerCase() === wanted);
  if (hit) {
    event.preventDefault();
    act(hit);
  } else if (known.some((element) => element.dataset.key.toLowerCase().startsWith(`${wanted} `))) {
    prefix.waiting = wanted;
    prefix.timer = setTimeout(() => { prefix.waiting = ""; }, 1500);
  } else if (key === "j" || key === "k") {
    move(key === "j" ? 1 : -1);
  }
}

function move(step) {
  const rows = all("[data-row], [data-rows] tr a:first-of-type, .queue a").filter(shown);
  if (!rows.length) return;
  const here = rows.indexOf(document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, here + step))].focus();
}

function labelOf(element) {
  const copy = element.cloneNode(true);
  all("kbd", copy).forEach((child) => child.remove());
  return element.ariaLabel || element.labels?.[0]?.textContent.trim() || copy.textContent.trim() || element.placeholder || "";
}

function listKeys() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("dl");
  list.replaceChildren();
  for (const element of all("[data-key]").filter(shown)) {
    const term = document.createElement("dt");
    const key = document.createElement("kbd");
    const meaning = document.createElement("dd");
    key.textContent = element.dataset.key;
    term.append(key);
    meaning.textContent = labelOf(element);
    list.append(term, meaning);
  }
  document.getElementById("keys-on").checked = stored("keys") !== "off";
  dialog.showModal();
}

// Forms --------------------------------------------------------------------------------------------------------------

const dirty = new Set();

function onSubmit(event) {
  const form = event.target;
  if (form.method === "dialog" || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "sent";
  dirty.delete(form);
  // Not "disabled": the pressed button's own name and value must still be sent.
  all("button[type=submit], button:not([type])", form).forEach((button) => button.setAttribute("aria-disabled", "true"));
  const files = all("input[type=file]", form).some((input) => input.files.length);
  if (files && form.enctype === "multipart/form-data") upload(event, form);
}

function sendable(form) {
  delete form.dataset.sent;
  all("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
}

function upload(event, form) {
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const bar = document.createElement("progress");
  const text = document.getElementById("sending");
  document.getElementById("unsent")?.setAttribute("hidden", "hidden");
  const sending = new XMLHttpRequest();
  bar.max = 1;
  bar.ariaLabel = text?.textContent ?? "";
  (form.querySelector(".acts") ?? form).append(bar);
  if (text) text.hidden = false;
  const put = () => {
    bar.remove();
    if (text) text.hidden = true;
  };
  sending.upload.addEventListener("progress", (sent) => {
    if (sent.lengthComputable) bar.value = sent.loaded / sent.total;
  });
  // What was typed stays: the clerk may press again, and the form's own key makes a repetition harmless.
  const failed = () => {
    put();
    sendable(form);
    dirty.add(form);
    const unsent = document.getElementById("unsent");
    if (unsent) unsent.hidden = false;
  };
  sending.addEventListener("load", () => {
    if (!sending.getResponseHeader("Content-Type")?.startsWith("text/html")) {
      failed();
      return;
    }
    put();
    show(sending);
  });
  sending.addEventListener("error", failed);
  sending.open("POST", form.action);
  sending.setRequestHeader("Accept", "text/html");
  sending.send(body);
}

function show(answer) {
  const page = new DOMParser().parseFromString(answer.responseText, "text/html");
  document.documentElement.replaceWith(document.adoptNode(page.documentElement));
  history.pushState(null, "", answer.responseURL);
  scrollTo(0, 0);
  begin();
  document.querySelector("[autofocus]")?.focus();
}

function onLeave(event) {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (dirty.size) event.preventDefault();
}

// Jobs ---------------------------------------------------------------------------------------------------------------

async function watch(box) {
  if (!box.isConnected) return;
  let wait = 1000;
  try {
    if (!document.hidden) {
      const answer = await fetch(box.dataset.poll, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const job = await answer.json();
      for (const part of all("[data-job]", box)) {
        const name = part.dataset.job;
        if (name === "bar") Object.assign(part, { max: job.total || 1, value: job.done });
        else if (part.textContent !== String(job[name])) part.textContent = job[name];
      }
      if (job.finished) {
        if (job.url) location.assign(job.url);
        return;
      }
    }
  } catch {
    wait = 5000;
  }
  setTimeout(watch, wait, box);
}

// Reading aloud ------------------------------------------------------------------------------------------------------

function read() {
  const speech = globalThis.speechSynthesis;
  if (speech.speaking) {
    speech.cancel();
    return;
  }
  const words = new SpeechSynthesisUtterance(document.getElementById("main").innerText);
  words.lang = document.documentElement.lang;
  speech.speak(words);
}

// Beginning ----------------------------------------------------------------------------------------------------------

function onClick(event) {
  const button = event.target.closest("[data-keys], [data-print], [data-read]");
  if (!button) return;
  if (button.dataset.keys) listKeys();
  else if (button.dataset.print) print();
  else read();
}

/* Type into a box with data-sift and the rows of the page that do not hold the words step aside; Enter asks the server. */
function onInput(event) {
  if (!("sift" in event.target.dataset)) return;
  const wanted = event.target.value.normalize("NFKC").replace(/\s+/g, "").toLowerCase();
  for (const row of all("[data-rows] tr")) row.hidden = !row.textContent.normalize("NFKC").replace(/\s+/g, "").toLowerCase().includes(wanted);
}

function onChange(event) {
  if (event.target.id === "keys-on") stored("keys", event.target.checked ? "on" : "off");
  const form = event.target.form;
  if (form?.dataset.guard) dirty.add(form);
}

function begin() {
  const staff = document.documentElement.classList.contains("staff");
  for (const button of all("[data-print]")) button.hidden = false;
  for (const button of all("[data-keys]")) button.hidden = !staff;
  for (const button of all("[data-read]")) button.hidden = !("speechSynthesis" in globalThis);
  for (const box of all("[data-poll]")) setTimeout(watch, 1000, box);
}

document.addEventListener("keydown", onKey);
document.addEventListener("submit", onSubmit);
document.addEventListener("click", onClick);
document.addEventListener("change", onChange);
document.addEventListener("input", onInput);
addEventListener("beforeunload", onLeave);
addEventListener("pageshow", (event) => { if (event.persisted) all("form").forEach(sendable); });
begin();
