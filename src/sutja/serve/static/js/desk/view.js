// The desk: one number in doubt after the other, by keyboard, each answer kept before the next is shown.

import { Problem, ask, askJson } from "../api.js";
import { make, makeSvg, say } from "../dom.js";
import { percent, t } from "../i18n.js";

const AHEAD = 4; // numbers whose pictures are loaded before they are shown
const PERSON = "sutja-person";
const BROWSER = "sutja-browser";
const OWN = "page/desk"; // the desk that the server was started with

/** Tell this browser from others, so that two people of one name do not answer for one another. */
function findBrowser() {
  const known = localStorage.getItem(BROWSER);
  if (known) return known;
  const made = [...crypto.getRandomValues(new Uint8Array(3))].map((value) => value.toString(16).padStart(2, "0")).join("");
  localStorage.setItem(BROWSER, made);
  return made;
}

/**
 * @typedef {{ index: number, source: string, page: number, number: any }} Item
 * @typedef {{ item: Item, crop: Promise<string | null>, around: Promise<{ url: string, box: number[] } | null> }} Loaded
 */

/** Times from a key to the next number on screen in ms, for who measures. @type {number[]} */
export const paces = [];

class DeskView {
  /**
   * @param {string} path of its routes
   * @param {{ total: number, done: number, changed: number }} counts
   */
  constructor(path, counts) {
    this.path = path;
    this.counts = counts;
    this.begun = performance.now();
    this.answered = 0;
    /** @type {Loaded[]} the first is the one that is shown */
    this.queue = [];
    this.saving = Promise.resolve();
    this.blank = true;
    this.input = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", id: "answer", maxlength: 200 });
    this.crop = make("img", { class: "crop", alt: t("desk.crop") });
    this.around = make("div", { class: "around" });
    this.options = make("div", { class: "buttons alternatives" });
    this.where = make("p", { class: "soft small" });
    this.note = make("p", { class: "error", role: "alert" });
    this.progress = make("progress", { max: 1, value: 0, "aria-label": t("tab.desk") });
    this.figures = make("p", { class: "soft figures" });
    this.person = make("input", { type: "text", value: localStorage.getItem(PERSON) ?? "1", maxlength: 100, onchange: () => localStorage.setItem(PERSON, this.person.value.trim()) });
    this.browser = findBrowser();
    this.work = make("div", { class: "desk" });
  }

  get name() {
    return `${this.person.value.trim() || "1"} (${this.browser})`;
  }

  layOut() {
    this.input.addEventListener("keydown", (event) => this.press(event));
    const form = make(
      "form",
      { class: "card checking" },
      make("div", { class: "cropped" }, this.crop),
      make("label", { for: "answer" }, t("desk.text")),
      this.input,
      this.options,
      make(
        "div",
        { class: "buttons" },
        make("button", { type: "submit", class: "main" }, t("desk.accept")),
        make("button", { type: "button", onclick: () => this.answer("") }, t("desk.empty")),
        make("button", { type: "button", onclick: () => void this.undo() }, t("desk.undo")),
      ),
      this.note,
      make("p", { class: "soft small" }, t("desk.keys")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.answer(this.input.value);
    });
    const page = make("section", { class: "card page", "aria-label": t("desk.around") }, this.where, this.around);
    this.work.append(form, page);
    const labels = this.path === OWN ? "labels.csv" : "labels.zip"; // its crops too, where they are on no disk of the person's
    const links = make(
      "div",
      { class: "buttons" },
      make("label", { class: "person" }, t("desk.person"), " ", this.person),
      make("button", { type: "button", onclick: () => void this.download(labels) }, labels),
      ...["corrected.csv", "corrected.xlsx"].map((name) => make("button", { type: "button", onclick: () => void this.download(name) }, name)),
    );
    return [make("h1", { class: "lead" }, t("desk.lead")), make("div", { class: "card bar" }, this.progress, this.figures, links), this.work];
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Escape") this.answer("");
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) void this.undo();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.choose(event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  /** @param {number} step */
  choose(step) {
    const texts = [...this.options.children].map((button) => /** @type {HTMLElement} */ (button).dataset.text ?? "");
    if (texts.length === 0) return;
    const here = texts.indexOf(this.input.value);
    this.input.value = texts[(here + step + texts.length) % texts.length];
    this.input.select();
  }

  /** Fill the queue, so that the next numbers are there before they are asked for. */
  async fill() {
    /** @type {Item[]} */
    const items = await askJson(`${this.path}/take`, post({ person: this.name, count: AHEAD + 1 + this.pending }));
    const known = new Set(this.queue.map(({ item }) => item.index)); // what another call has added meanwhile
    for (const item of items) {
      const { index } = item;
      if (!known.has(index) && !this.sent.has(index) && !this.kept.has(index)) this.queue.push(this.load(item));
    }
  }

  /** @type {Set<number>} answers on their way */
  sent = new Set();

  /** Numbers whose answers are kept: a list that was on its way meanwhile may still name them. @type {Set<number>} */
  kept = new Set();

  get pending() {
    return Math.min(10, this.sent.size);
  }

  async start() {
    await this.fill();
    this.show();
  }

  /** @param {string} text */
  answer(text) {
    const shown = this.queue.shift();
    if (!shown) return;
    const begin = performance.now();
    const { index } = shown.item;
    this.sent.add(index);
    this.answered++;
    this.note.textContent = "";
    this.show();
    requestAnimationFrame(() => paces.push(performance.now() - begin));
    const person = this.name;
    this.saving = this.saving.then(async () => {
      try {
        this.counts = await askJson(`${this.path}/items/${index}`, post({ person, text }));
        this.kept.add(index);
      } catch (error) {
        if (error instanceof Problem && error.status === 409) this.note.textContent = t("desk.conflict");
        else {
          this.note.textContent = String(/** @type {Error} */ (error).message);
          this.queue.unshift(shown);
          this.show();
        }
      }
      this.sent.delete(index);
      this.showCounts();
    });
    if (this.queue.length <= AHEAD / 2) void this.saving.then(() => this.refill());
  }

  async refill() {
    await this.fill();
    if (this.blank) this.show(); // all were answered before the next came
  }

  async undo() {
    await this.saving;
    const { item, ...counts } = await askJson(`${this.path}/undo`, post({ person: this.name }));
    this.counts = counts;
    if (item) {
      this.answered = Math.max(0, this.answered - 1);
      this.kept.delete(item.index);
      this.queue.unshift(this.load(item));
    }
    this.show();
  }

  show() {
    this.showCounts();
    const shown = this.queue[0];
    this.blank = !shown;
    this.work.classList.toggle("finished", this.blank);
    if (!shown) {
      this.where.textContent = this.sent.size === 0 && this.counts.done >= this.counts.total ? t("desk.done") : "";
      this.crop.hidden = true;
      this.around.replaceChildren();
      this.options.replaceChildren();
      this.input.value = "";
      return;
    }
    const { item } = shown;
    const { number } = item;
    this.where.textContent = t("desk.where", { source: item.source, page: item.page });
    const choices = [{ text: number.text, confidence: number.confidence }, ...number.alternatives.slice(0, 4)];
    this.options.replaceChildren(
      ...choices.map(({ text, confidence }) =>
        make(
          "button",
          { type: "button", tabindex: -1, "data-text": text, onclick: () => this.answer(text) },
          make("b", {}, text),
          " ",
          make("span", { class: "soft" }, percent(confidence)),
        ),
      ),
    );
    this.input.value = number.text;
    this.input.focus();
    this.input.select();
    say(number.text);
    void shown.crop.then((url) => {
      if (this.queue[0] !== shown) return;
      this.crop.hidden = url === null;
      if (url) this.crop.src = url;
      else this.note.textContent = t("desk.broken");
    });
    void shown.around.then((around) => {
      if (this.queue[0] === shown) this.around.replaceChildren(...(around ? [drawAround(around)] : []));
    });
  }

  showCounts() {
    const { total, done, changed } = this.counts;
    this.progress.max = Math.max(1, total);
    this.progress.value = done;
    const hours = (performance.now() - this.begun) / 3_600_000;
    const speed = this.answered ? Math.round(this.answered / hours) : 0;
    const figures = [t("desk.progress", { done: done.toLocaleString(), total: total.toLocaleString() })];
    if (speed) figures.push(t("desk.speed", { speed: speed.toLocaleString() }));
    if (done) figures.push(`${t("desk.changed", { changed: changed.toLocaleString() })} (${percent(changed / done)})`);
    this.figures.textContent = figures.join(" · ");
  }

  /**
   * Begin to load the pictures of a number.
   * @param {Item} item
   * @returns {Loaded}
   */
  load(item) {
    const path = `${this.path}/items/${item.index}`;
    const crop = ask(`${path}/crop.png`).then(async (response) => URL.createObjectURL(await response.blob()), () => null);
    const around = ask(`${path}/around.jpg`).then(
      async (response) => ({ url: URL.createObjectURL(await response.blob()), box: JSON.parse(response.headers.get("x-box") ?? "[]") }),
      () => null,
    );
    return { item, crop, around };
  }

  /** @param {string} name */
  async download(name) {
    await this.saving;
    const blob = await (await ask(`${this.path}/${name}`)).blob();
    make("a", { href: URL.createObjectURL(blob), download: name }).click();
  }
}

/** @param {any} content */
function post(content) {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(content) };
}

/** @param {{ url: string, box: number[] }} around */
function drawAround({ url, box }) {
  const [x0, y0, x1, y1] = box;
  const svg = makeSvg("svg", { role: "img", "aria-label": t("desk.around") });
  const image = make("img", { src: url, alt: "" });
  image.addEventListener("load", () => {
    const [width, height] = [image.naturalWidth, image.naturalHeight];
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.append(makeSvg("image", { href: url, width, height }), makeSvg("rect", { class: "box doubt", x: x0, y: y0, width: x1 - x0, height: y1 - y0, rx: 3 }));
  });
  return svg;
}

/** @param {HTMLElement} root */
export async function show(root) {
  const key = location.hash.split("/")[1];
  const path = key ? `page/desks/${key}` : OWN;
  const counts = await askJson(path).catch((/** @type {Error} */ error) => ({ open: false, reason: error.message }));
  if (!counts.open) {
    const command = make("pre", { tabindex: 0 }, make("code", {}, t("desk.start")));
    const told = counts.reason ? make("p", { class: "error", role: "alert" }, counts.reason) : null;
    root.append(make("h1", { class: "lead" }, t("desk.lead")), make("div", { class: "card" }, told, make("p", {}, t("desk.none")), command));
    return;
  }
  const view = new DeskView(path, counts);
  root.append(...view.layOut());
  await view.start();
}
