// Templates: the fields of a form are drawn over a scan of it, named, given kinds and rules, and tried on other scans.

import { Problem, askJson } from "../api.js";
import { make, say } from "../dom.js";
import { t } from "../i18n.js";
import { findPicture } from "../read/pictures.js";
import { FieldList } from "./fields.js";
import { Sheet } from "./sheet.js";
import { tryOn } from "./tries.js";

const REST = 900; // ms after the last change until it is tried again

class TemplateView {
  constructor() {
    /** @type {{ name: string, page: number, fields: import("./sheet.js").Field[] }} */
    this.form = { name: "form", page: 1, fields: [] };
    /** @type {File | null} */
    this.picture = null;
    /** @type {any} a template whose picture is still to come */
    this.waiting = null;
    /** @type {File[]} */
    this.scans = [];
    this.turn = 0;
    this.timer = 0;
    const told = {
      changed: () => this.change(),
      chosen: (/** @type {number} */ index) => this.choose(index),
      removed: (/** @type {number} */ index) => this.remove(index),
      added: (/** @type {number[]} */ box) => this.add(box),
    };
    this.sheet = new Sheet(told);
    this.list = new FieldList(told);
    this.open = make("input", { type: "file", multiple: true, class: "unseen", id: "template-open", accept: "image/*,.pdf,.json", onchange: () => void this.takeFiles([...(this.open.files ?? [])]) });
    this.tries = make("input", { type: "file", multiple: true, class: "unseen", id: "template-try", accept: "image/*,.pdf", onchange: () => this.takeScans([...(this.tries.files ?? [])]) });
    this.name = make("input", { type: "text", id: "template-name", maxlength: 80, value: this.form.name, onchange: () => this.change() });
    this.rules = make("textarea", { id: "template-rules", rows: 3, spellcheck: "false", placeholder: "total = yes + no", onchange: () => this.change() });
    this.note = make("p", { class: "error", role: "alert" });
    this.status = make("p", { class: "soft", role: "status" }, t("template.none"));
    this.results = make("div", { class: "results" });
    this.editor = make("div", { class: "parts", hidden: true });
  }

  layOut() {
    const drop = make(
      "div",
      { class: "card drop" },
      make("p", { class: "big" }, t("template.drop")),
      make(
        "div",
        { class: "buttons" },
        make("label", { class: "button main", for: "template-open" }, t("template.open")),
        this.open,
        make("button", { type: "button", onclick: () => void this.propose() }, t("template.propose")),
        make("button", { type: "button", onclick: () => void this.save() }, t("template.save")),
        make("label", { class: "button try", for: "template-try" }, t("template.try")),
        this.tries,
      ),
      this.status,
      this.note,
    );
    drop.addEventListener("dragover", (event) => event.preventDefault());
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      void this.takeFiles([...(event.dataTransfer?.files ?? [])]);
    });
    const side = make(
      "div",
      { class: "card side" },
      make("div", { class: "field" }, make("label", { for: "template-name" }, t("template.form")), this.name),
      this.list.element,
      make("div", { class: "buttons" }, make("button", { type: "button", onclick: () => this.addInMiddle() }, t("template.add"))),
      make("div", { class: "field" }, make("label", { for: "template-rules" }, t("template.rules")), this.rules),
      make("p", { class: "soft small" }, t("template.keys")),
    );
    this.editor.append(this.sheet.element, side);
    return [make("h1", { class: "lead" }, t("template.lead")), drop, this.editor, this.results];
  }

  /**
   * Take a scan, a template, or both.
   * @param {File[]} files
   */
  async takeFiles(files) {
    this.note.textContent = "";
    const isText = (/** @type {File} */ file) => file.name.toLowerCase().endsWith(".json");
    const text = files.find(isText);
    const picture = files.find((file) => !isText(file)) ?? null;
    this.open.value = "";
    try {
      if (text) this.waiting = JSON.parse(await text.text());
    } catch (error) {
      this.note.textContent = `${text?.name}: ${/** @type {Error} */ (error).message}`;
      return;
    }
    if (picture) await this.openPicture(picture);
    else if (this.waiting) this.status.textContent = t("template.wanted", { picture: String(this.waiting.picture ?? "") });
  }

  /** @param {File} picture */
  async openPicture(picture) {
    const given = this.waiting;
    this.waiting = null;
    const page = Number(given?.page ?? 1);
    const address = await findPicture(picture, page, await measure(picture));
    if (address === null) {
      this.note.textContent = t("template.unreadable", { name: picture.name });
      return;
    }
    const size = await this.findSize(picture, page, address);
    this.picture = picture;
    this.form = { name: given?.name ?? picture.name.replace(/\.[^.]*$/, ""), page, fields: given?.fields ?? [] };
    this.rules.value = (given?.rules ?? []).join("\n");
    this.name.value = this.form.name;
    this.editor.hidden = false;
    this.sheet.open(address, size.width, size.height);
    this.refresh();
    this.status.textContent = t("template.opened", { name: picture.name, count: this.form.fields.length });
    if (given) this.change();
  }

  /**
   * Find the size of a page in its own pixels: a picture that the server drew may be smaller.
   * @param {File} picture
   * @param {number} page
   * @param {string} address
   */
  async findSize(picture, page, address) {
    const image = make("img", { src: address, alt: "" });
    await image.decode();
    const asked = { name: "size", picture: picture.name, page, fields: [{ name: "whole", box: [0, 0, 1, 1] }] };
    try {
      return await this.check(JSON.stringify(asked), picture);
    } catch {
      return { width: image.naturalWidth, height: image.naturalHeight };
    }
  }

  /**
   * @param {string} text
   * @param {File} picture
   */
  async check(text, picture) {
    const body = new FormData();
    body.append("template", new Blob([text]), "form.json");
    body.append("picture", picture, picture.name);
    return askJson("page/templates/check", { method: "POST", body });
  }

  refresh() {
    this.sheet.show(this.form.fields);
    this.list.show(this.form.fields, this.sheet.chosen);
  }

  /** The template as its file has it. */
  write() {
    const rules = this.rules.value.split("\n").map((rule) => rule.trim()).filter(Boolean);
    const page = this.form.page > 1 ? { page: this.form.page } : {};
    return JSON.stringify({ name: this.name.value.trim() || "form", picture: this.picture?.name, ...page, fields: this.form.fields, rules }, null, 1);
  }

  /** Something about the fields has changed: show it on the scan, and try it again once it rests. */
  change() {
    this.sheet.show(this.form.fields);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.tryAll(), REST);
  }

  /** @param {number} index */
  choose(index) {
    this.sheet.choose(index);
    this.list.choose(index);
  }

  /** @param {number} index */
  remove(index) {
    this.form.fields.splice(index, 1);
    this.sheet.chosen = -1;
    this.refresh();
    this.change();
    if (this.form.fields.length) this.list.focus(Math.min(index, this.form.fields.length - 1));
  }

  /** @param {number[]} box */
  add(box) {
    const names = new Set(this.form.fields.map(({ name }) => name));
    let number = this.form.fields.length + 1;
    while (names.has(`field${number}`)) number++;
    this.form.fields.push({ name: `field${number}`, box });
    this.sheet.chosen = this.form.fields.length - 1;
    this.refresh();
    this.change();
    this.list.focus(this.sheet.chosen);
  }

  addInMiddle() {
    const { width, height } = this.sheet;
    this.add(this.sheet.clamp([0.4 * width, 0.45 * height, 0.6 * width, 0.5 * height]));
    this.sheet.focus(this.sheet.chosen);
  }

  async propose() {
    if (!this.picture) {
      this.note.textContent = t("template.first");
      return;
    }
    this.status.textContent = t("template.proposing");
    const body = new FormData();
    body.append("file", this.picture, this.picture.name);
    body.append("page", String(this.form.page));
    await this.tell(async () => {
      const { text } = await askJson("page/templates/propose", { method: "POST", body });
      this.form.fields = JSON.parse(text).fields;
      this.sheet.chosen = -1;
      this.refresh();
      this.change();
      this.status.textContent = t("template.proposed", { count: this.form.fields.length });
      say(this.status.textContent);
    });
  }

  async save() {
    const { picture } = this;
    if (!picture) {
      this.note.textContent = t("template.first");
      return;
    }
    await this.tell(async () => {
      const { text } = await this.check(this.write(), picture);
      make("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "form.json" }).click();
      this.status.textContent = t("template.saved", { picture: picture.name });
    });
  }

  /** @param {File[]} files */
  takeScans(files) {
    this.tries.value = "";
    this.scans.push(...files);
    void this.tryAll();
  }

  /** Try the template on all scans, again after each change; what an older one says is dropped. */
  async tryAll() {
    const { picture } = this;
    if (!picture || this.scans.length === 0 || this.form.fields.length === 0) return;
    const turn = ++this.turn;
    await this.tell(async () => {
      const { text } = await this.check(this.write(), picture);
      this.status.textContent = t("template.trying", { count: this.scans.length });
      /** @type {HTMLElement[]} */
      const cards = [];
      for (const scan of this.scans) {
        cards.push(...(await tryOn(scan, { text, picture })));
        if (turn !== this.turn) return;
        this.results.replaceChildren(...cards);
      }
      this.status.textContent = t("template.tried", { count: cards.length });
    });
  }

  /** @param {() => Promise<void>} act */
  async tell(act) {
    this.note.textContent = "";
    try {
      await act();
    } catch (error) {
      this.status.textContent = "";
      this.note.textContent = error instanceof Problem ? error.message : String(error);
    }
  }
}

/** @param {File} file */
async function measure(file) {
  return (await createImageBitmap(file).catch(() => null))?.width ?? 0;
}

/** @param {HTMLElement} root */
export function show(root) {
  const view = new TemplateView();
  root.append(...view.layOut());
  return () => {
    clearTimeout(view.timer);
    view.turn++;
  };
}
