// Read: pages, crops and recordings in, numbers out, with boxes, alternatives and reasons.

import { Problem, askJson } from "../api.js";
import { make, say } from "../dom.js";
import { explain } from "../draw/reader.js";
import { percent, t, tOr } from "../i18n.js";
import { drawPage, drawSound } from "./pictures.js";
import { toWav } from "./sound.js";

const KINDS = ["auto", "number", "amount", "postcode", "date", "check"];

class ReadView {
  constructor() {
    /** @type {any[]} results as the command line's lines */
    this.results = [];
    this.crop = make("input", { type: "checkbox" });
    this.kind = make("select", {}, ...KINDS.map((kind) => make("option", { value: kind }, t(/** @type {any} */ (`kind.${kind}`)))));
    this.files = make("input", { type: "file", multiple: true, class: "unseen", id: "files", accept: "image/*,.pdf,audio/*,.flac", onchange: () => void this.take([...(this.files.files ?? [])]) });
    this.camera = make("input", { type: "file", class: "unseen", id: "camera", accept: "image/*", capture: "environment", onchange: () => void this.take([...(this.camera.files ?? [])]) });
    this.record = make("button", { type: "button", onclick: () => void this.toggleRecording() }, t("read.record"));
    this.save = make("button", { type: "button", onclick: () => this.saveLines(), hidden: true }, t("read.save"));
    this.check = make("button", { type: "button", class: "main", onclick: () => void this.openDesk(), hidden: true });
    this.list = make("div", { class: "results" });
    /** @type {Map<string, File>} files of the results, each by a name of its own */
    this.sources = new Map();
    this.status = make("p", { class: "soft", role: "status" });
    /** @type {MediaRecorder | null} */
    this.recorder = null;
  }

  layOut() {
    const drop = make(
      "div",
      { class: "card drop" },
      make("p", { class: "big" }, t("read.drop")),
      make("div", { class: "buttons" }, make("label", { class: "button main", for: "files" }, t("read.choose")), this.files, make("span", { class: "camera" }, make("label", { class: "button", for: "camera" }, t("read.camera")), this.camera), this.record, this.check, this.save),
      make("div", { class: "options" }, make("label", {}, this.crop, " ", t("read.crop")), make("label", {}, t("read.kind"), " ", this.kind)),
      this.status,
    );
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add("over");
      });
    }
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      void this.take([...(event.dataTransfer?.files ?? [])]);
    });
    return [make("h1", { class: "lead" }, t("read.lead")), drop, this.list];
  }

  /** @param {File[]} files */
  async take(files) {
    for (const given of files) {
      const file = this.nameAnew(given);
      this.status.textContent = t("read.working", { name: file.name });
      try {
        if (file.type.startsWith("audio/") || file.name.endsWith(".flac")) await this.listen(file);
        else await this.read(file);
        this.status.textContent = "";
      } catch (error) {
        this.status.textContent = "";
        const reason = error instanceof Problem ? error.message : String(error);
        this.list.prepend(make("section", { class: "card result" }, make("h2", {}, file.name), make("p", { class: "error", role: "alert" }, reason)));
      }
    }
    this.files.value = this.camera.value = "";
  }

  /**
   * Give a file a name that no other has: what is pasted is always called the same.
   * @param {File} file
   */
  nameAnew(file) {
    const [, stem, ending] = /** @type {RegExpMatchArray} */ (file.name.match(/^(.*?)(\.[^.]*)?$/));
    let name = file.name;
    for (let i = 2; this.sources.has(name); i++) name = `${stem} (${i})${ending ?? ""}`;
    return name === file.name ? file : new File([file], name, { type: file.type });
  }

  /** @param {File} file */
  async read(file) {
    const body = new FormData();
    body.append("file", file, file.name);
    body.append("crop", String(this.crop.checked));
    body.append("kind", this.kind.value);
    const { pages } = await askJson("v1/read", { method: "POST", body });
    this.sources.set(file.name, file);
    for (const page of pages) {
      const marks = page.numbers.map((/** @type {any} */ number) => ({ box: number.box, text: number.text, good: number.accepted }));
      const shown = page.width === null ? make("div") : drawPage(file, page, marks);
      this.add(page, shown, page.numbers, [t("read.number"), t("read.sure"), t("read.verdict"), t("read.else")]);
    }
  }

  /** @param {File} file */
  async listen(file) {
    const body = new FormData();
    body.append("file", file, file.name);
    body.append("kind", this.kind.value);
    const { recordings } = await askJson("v1/listen", { method: "POST", body });
    const [recording] = recordings;
    const sound = drawSound(file, recording, recording.numbers);
    const heads = [t("read.number"), t("read.sure"), t("read.verdict"), t("read.said"), t("read.time")];
    this.add({ ...recording, page: 1 }, sound.element, recording.numbers, heads, sound.play);
  }

  /**
   * @param {any} result
   * @param {HTMLElement} shown
   * @param {any[]} numbers
   * @param {string[]} heads
   * @param {(start: number) => void} [play]
   */
  add(result, shown, numbers, heads, play) {
    this.results.push(result);
    this.save.hidden = false;
    const doubts = this.listPages().flatMap((page) => page.numbers.filter((/** @type {any} */ number) => !number.accepted)).length;
    this.check.hidden = doubts === 0;
    this.check.textContent = t("read.check", { count: doubts });
    const accepted = numbers.filter((number) => number.accepted).length;
    const summary = result.error ?? (numbers.length ? t("read.found", { count: numbers.length, accepted }) : t("read.nothing"));
    const name = result.page > 1 ? `${result.source}, ${t("read.page", { page: result.page })}` : result.source;
    const rows = numbers.map((number, i) => this.makeRow(number, i, shown, play));
    const table = make(
      "table",
      {},
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, ...rows),
    );
    this.list.prepend(
      make(
        "section",
        { class: "card result" },
        make("h2", {}, name),
        make("p", { class: "soft" }, summary),
        ...(result.notes ?? []).map((/** @type {string} */ note) => make("p", { class: "soft small" }, note)),
        make("div", { class: "parts" }, shown, numbers.length ? make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": summary }, table) : null),
      ),
    );
    say(`${name}: ${summary}`);
  }

  /**
   * @param {any} number
   * @param {number} index
   * @param {HTMLElement} shown
   * @param {(start: number) => void} [play]
   */
  makeRow(number, index, shown, play) {
    const mark = (/** @type {boolean} */ on) => shown.querySelector(`[data-number="${index}"]`)?.classList.toggle("chosen", on);
    const listeners = { onpointerenter: () => mark(true), onpointerleave: () => mark(false), onfocusin: () => mark(true), onfocusout: () => mark(false) };
    const cells = play ? describeSpoken(number, play) : [[...new Set([...listOthers(number), ...explain(number)])].join(" ")];
    return make(
      "tr",
      listeners,
      make("td", { class: "number" }, play ? number.digits : number.text),
      make("td", {}, percent(number.confidence)),
      make("td", {}, make("span", { class: number.accepted ? "chip good" : "chip doubt" }, t(number.accepted ? "accepted" : "refused"))),
      ...cells.map((cell) => make("td", { class: "soft" }, cell)),
    );
  }

  async toggleRecording() {
    if (this.recorder) {
      this.recorder.stop();
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const recorder = new MediaRecorder(stream);
      /** @type {Blob[]} */
      const parts = [];
      recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
      recorder.addEventListener("stop", () => {
        stream.getTracks().forEach((track) => track.stop());
        this.recorder = null;
        this.record.textContent = t("read.record");
        void toWav(new Blob(parts)).then((wav) => this.take([new File([wav], "recording.wav", { type: "audio/wav" })]));
      });
      recorder.start();
      this.recorder = recorder;
      this.record.textContent = t("read.stop");
    } catch (error) {
      this.status.textContent = t("read.microphone", { reason: String(/** @type {Error} */ (error).message) });
    }
  }

  /** Results that the desk can show: those of pages. */
  listPages() {
    return this.results.filter((result) => "width" in result && result.numbers.length > 0);
  }

  /** Hand the pages to the desk, and go there. */
  async openDesk() {
    const pages = this.listPages();
    const body = new FormData();
    body.append("results", pages.map((page) => JSON.stringify(page) + "\n").join(""));
    for (const name of new Set(pages.map((page) => page.source))) body.append("file", /** @type {File} */ (this.sources.get(name)), name);
    try {
      const { key } = await askJson("page/desks", { method: "POST", body });
      location.hash = `desk/${key}`;
    } catch (error) {
      this.status.textContent = String(/** @type {Error} */ (error).message);
    }
  }

  saveLines() {
    const lines = this.results.map((result) => JSON.stringify(result) + "\n");
    const link = make("a", { href: URL.createObjectURL(new Blob(lines)), download: "results.jsonl" });
    link.click();
  }
}

const LEAST_OTHER = 0.005; // confidence of an alternative that is worth showing

/**
 * List what an accepted number may also be; the reasons of one that was not say so already.
 * @param {any} number
 */
function listOthers(number) {
  if (!number.accepted) return [];
  return number.alternatives
    .filter((/** @type {any} */ other) => other.confidence >= LEAST_OTHER)
    .map((/** @type {any} */ other) => t("why.other", { text: other.text, confidence: percent(other.confidence) }));
}

/**
 * Describe a spoken number: its words and what stands beside it, and its time, which can be heard.
 * @param {any} number
 * @param {(start: number) => void} play
 */
function describeSpoken(number, play) {
  const reason = number.beside ? tOr(`beside.${number.beside}`, number.beside) : t("why.unsure");
  const time = `${number.start.toFixed(1)}–${number.end.toFixed(1)} s`;
  const listen = make("button", { type: "button", class: "quiet time", "aria-label": t("read.play", { time }), onclick: () => play(number.start) }, `▸ ${time}`);
  return [number.accepted ? number.text : `${number.text} · ${reason}`, listen];
}

/** @param {HTMLElement} root */
export function show(root) {
  const view = new ReadView();
  root.append(...view.layOut());
  const paste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) void view.take(files);
  };
  document.addEventListener("paste", paste);
  return () => document.removeEventListener("paste", paste);
}
