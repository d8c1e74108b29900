// The guide editor works without this file. It saves while one writes, asks for judgement when a name is left, moves rows
// without drawing the whole page anew, and puts what was found beside the fields.
"use strict";

(() => {
  const PAUSE = 5000;
  const MOST = 60000; // characters a browser still sends when the page is left: 64 KiB with what belongs to it
  const desk = { timer: 0, dirty: false, sent: false, asked: 0, waiting: 0, turn: Promise.resolve() };
  const form = () => document.getElementById("editor");
  const byId = (id) => document.getElementById(id);

  function bodyOf(act) {
    const body = new URLSearchParams(new FormData(form()));
    // Each saving is an act of its own; the form's key belongs to the button.
    body.delete("__once__");
    body.set("act", act);
    return body;
  }

  async function send(act, options = {}) {
    const headers = { Accept: "application/json", "X-CSRF-Token": form().elements.csrf_token.value };
    const answer = await fetch(form().action, { method: "POST", body: bodyOf(act), headers, credentials: "same-origin", ...options });
    if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(answer.status);
    return answer.json();
  }

  // Where somebody else saved meanwhile, only the button replaces their words: neither the clock nor leaving the page does.
  const compares = () => form()?.dataset.unsaved === "meanwhile";

  function touched() {
    if (compares()) return;
    desk.dirty = true;
    clearTimeout(desk.timer);
    desk.timer = setTimeout(save, PAUSE);
  }

  // One errand after the other: a key pressed while another is on its way waits for it and is not lost.
  function inTurn(errand) {
    desk.waiting += 1;
    desk.turn = desk.turn.then(errand).finally(() => { desk.waiting -= 1; });
    return desk.turn;
  }

  function save() {
    return inTurn(async () => {
      if (!desk.dirty || !form()) return;
      desk.dirty = false;
      clearTimeout(desk.timer);
      try {
        const answer = await send("save");
        show(answer);
        if (answer.state === "meanwhile") {
          // The page that shows both texts is drawn by the server; nothing that was typed is lost on the way.
          form().requestSubmit(form().querySelector("button[value=save]"));
          return;
        }
        if (answer.state === "saved") renew(answer);
      } catch {
        desk.dirty = true;
        byId("saved").textContent = byId("unsent")?.textContent ?? "";
        desk.timer = setTimeout(save, PAUSE * 2);
      }
    });
  }

  function renew(answer) {
    form().elements.base.value = answer.base;
    delete form().dataset.unsaved;
    const frame = byId("phone");
    if (!frame) return;
    const address = new URL(frame.src);
    address.searchParams.set("v", answer.version);
    if (frame.getClientRects().length) frame.contentWindow?.location.replace(address);
  }

  function judge() {
    const asked = ++desk.asked;
    return inTurn(async () => {
      // Only the newest question is still worth an answer.
      if (asked !== desk.asked || !form()) return;
      try {
        show(await send("check"));
      } catch {
        // The next saving judges again.
      }
    });
  }

  function show(answer) {
    if (answer.text) byId("saved").textContent = answer.text;
    byId("total").firstElementChild.textContent = answer.total;
    for (const list of form().querySelectorAll(".found")) list.replaceChildren();
    for (const box of form().querySelectorAll("[aria-invalid]")) box.removeAttribute("aria-invalid");
    const summary = byId("lint");
    summary.replaceChildren();
    for (const found of answer.found) {
      const beside = found.beside && byId(`found-${found.beside}`);
      if (beside) {
        beside.append(item(found, false));
        if (found.kind === "wrong" && byId(found.beside)?.matches("input, select, textarea")) byId(found.beside).setAttribute("aria-invalid", "true");
      }
      if (summary.childElementCount < 40) summary.append(item(found, true));
    }
    for (const count of document.querySelectorAll("[data-count]")) {
      const number = answer.counts[count.dataset.count] ?? 0;
      count.textContent = number || "";
      count.className = `badge ${number ? "wrong" : "plain"}`;
    }
  }

  function item(found, linked) {
    const row = document.createElement("li");
    const badge = document.createElement("span");
    row.className = found.kind;
    badge.className = `badge ${found.kind}`;
    badge.append(sign(found.kind), found.word);
    row.append(badge, " ");
    if (linked) {
      const link = document.createElement("a");
      link.href = found.beside ? `#${found.beside}` : found.href;
      link.textContent = found.label;
      row.append(link, " ");
    }
    row.append(found.text);
    return row;
  }

  function sign(kind) {
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    icon.setAttribute("class", "icon");
    icon.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${form().dataset.icons}#${{ wrong: "wrong", wait: "wait" }[kind] ?? "dot"}`);
    icon.append(use);
    return icon;
  }

  // Rows: the server moves them, the page keeps its place. ------------------------------------------------------------

  function rows(button) {
    return inTurn(async () => {
      try {
        const drawn = await redrawn(button.value);
        form().replaceWith(document.adoptNode(drawn));
        focus(form().dataset.focus, button.dataset.move);
        touched();
      } catch {
        form().requestSubmit(button);
      }
    });
  }

  async function redrawn(act) {
    for (;;) {
      const sent = String(bodyOf(act));
      const answer = await fetch(form().action, { method: "POST", body: new URLSearchParams(sent), headers: { Accept: "text/html" }, credentials: "same-origin" });
      const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("editor");
      if (!drawn) throw new Error(answer.status);
      // What was typed while the answer was on its way is asked again with it.
      if (sent === String(bodyOf(act))) return drawn;
    }
  }

  function focus(path, moved) {
    const row = path && byId(path);
    if (!row) return;
    const wanted = moved ? row.querySelector(`:scope > fieldset > .row-acts [data-move=${moved}]:not(:disabled)`) : null;
    (wanted ?? row.querySelector("input:not([type=hidden]), textarea, select"))?.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("input", (event) => { if (event.target.form?.id === "editor") touched(); });
  document.addEventListener("change", (event) => { if (event.target.form?.id === "editor") touched(); });
  document.addEventListener("focusout", (event) => { if (event.target.dataset?.judge && desk.dirty) judge(); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#editor button[name=act]");
    if (!button || button.value === "save") return;
    event.preventDefault();
    rows(button);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "editor") return;
    clearTimeout(desk.timer);
    desk.dirty = false;
    desk.sent = true;
  });
  // On leaving by a link the last words still arrive: the browser sends them after the page is gone.
  addEventListener("pagehide", () => {
    if (desk.dirty && form()) send("save", { keepalive: true }).catch(() => {});
  });
  // Where the last words would not arrive, because they are too many or another saving is still on its way, the browser asks.
  addEventListener("beforeunload", (event) => {
    if (compares() && !desk.sent) event.preventDefault();
    if (desk.dirty && form() && (desk.waiting || String(bodyOf("save")).length > MOST)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  if (form()?.dataset.unsaved) touched();
  const first = form()?.dataset.focus;
  if (first) focus(first);
})();
