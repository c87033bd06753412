// Train and watch: a small network learns on the server, and shows itself while it does.

import { Problem, ask, askJson } from "../api.js";
import { make, say } from "../dom.js";
import { Bars } from "../draw/bars.js";
import { makeDrawingCard } from "../draw/card.js";
import { EXAMPLES } from "../draw/examples.js";
import { Pad } from "../draw/pad.js";
import { percent, t } from "../i18n.js";
import { Chart } from "./chart.js";
import { Controls } from "./controls.js";
import { follow } from "./events.js";
import { Weights } from "./weights.js";

const DIGITS = [..."0123456789"];

class TrainView {
  /** @param {any} offered what the server can train */
  constructor(offered) {
    this.controls = new Controls(offered);
    this.leaving = new AbortController();
    this.sending = false;
    /** @type {Uint8Array | null} the drawing that is still to be sent */
    this.unsent = null;
    /** @type {any[]} */
    this.rows = [];
    /** @type {any} */
    this.started = null;
    /** @type {number[] | null} */
    this.probabilities = null;
    this.pad = new Pad((pixels) => this.draw(pixels));
    this.bars = new Bars();
    this.verdict = make("output", { class: "digit" }, "?");
    this.sureness = make("p", { class: "soft" }, t("train.untrained"));
    this.startButton = make("button", { type: "button", class: "main", onclick: () => void this.start() }, t("train.start"));
    this.stopButton = make("button", { type: "button", disabled: true, onclick: () => void this.command("stop") }, t("train.stop"));
    this.resetButton = make("button", { type: "button", onclick: () => void this.reset() }, t("train.reset"));
    this.keepButton = make("button", { type: "button", disabled: true, onclick: () => void this.keep() }, t("train.keep"));
    this.status = make("p", { class: "soft training", role: "status" });
    this.note = make("p", { class: "error", role: "alert" });
    this.errors = new Chart(t("train.chart.error"), t("train.chart.epochs"), percent);
    this.losses = new Chart(t("train.chart.loss"), t("train.chart.epochs"), (value) => value.toPrecision(2));
    this.weights = new Weights();
  }

  layOut() {
    const left = makeDrawingCard(this.pad, make("div", { class: "verdict" }, this.verdict, this.sureness), this.bars.element);
    const right = make(
      "section",
      { class: "card network", "aria-label": t("tab.train") },
      this.controls.element,
      make("div", { class: "buttons" }, this.startButton, this.stopButton, this.resetButton, this.keepButton),
      this.status,
      this.note,
      make("div", { class: "charts" }, this.errors.element, this.losses.element),
      this.weights.element,
    );
    this.showCurves();
    this.weights.clear();
    this.bars.show(DIGITS, null);
    return [make("h1", { class: "lead" }, t("train.lead")), make("div", { class: "draw" }, left, right)];
  }

  async start() {
    this.startButton.disabled = true;
    this.status.textContent = t("train.loading");
    await this.command("start", this.controls.read());
    if (this.note.textContent) this.startButton.disabled = false;
  }

  /**
   * @param {string} name
   * @param {any} [content]
   */
  async command(name, content) {
    this.note.textContent = "";
    try {
      const body = content ? JSON.stringify(content) : undefined;
      await askJson(`page/train/${name}`, { method: "POST", headers: { "content-type": "application/json" }, body });
    } catch (error) {
      this.note.textContent = error instanceof Problem ? error.message : String(error);
    }
  }

  async reset() {
    await this.command("stop");
    this.controls.choose(this.controls.era);
    this.clear();
    this.status.textContent = "";
    this.keepButton.disabled = true;
  }

  clear() {
    this.rows = [];
    this.started = null;
    this.probabilities = null;
    this.showCurves();
    this.showAnswer();
    this.weights.clear();
  }

  async keep() {
    this.note.textContent = "";
    try {
      const blob = await (await ask("page/train/model.onnx")).blob();
      make("a", { href: URL.createObjectURL(blob), download: "model.onnx" }).click();
    } catch (error) {
      this.note.textContent = error instanceof Problem ? error.message : String(error);
    }
  }

  /** @param {Uint8Array} pixels */
  draw(pixels) {
    this.unsent = pixels;
    this.showAnswer();
    void this.sendDrawing();
  }

  /** Send the latest drawing, one at a time. */
  async sendDrawing() {
    if (this.sending) return;
    this.sending = true;
    while (this.unsent && !this.leaving.signal.aborted) {
      const body = /** @type {BodyInit} */ (this.unsent);
      this.unsent = null;
      await ask("page/train/drawing", { method: "POST", body }).catch(() => null);
    }
    this.sending = false;
  }

  /** @param {any} message */
  take(message) {
    if (message.type === "started") {
      this.clear();
      this.started = message;
      this.setRunning(true);
      this.showStatus();
    } else if (message.type === "epoch") {
      this.rows.push(message);
      this.showCurves();
      this.showStatus();
    } else if (message.type === "look") {
      if (message.weights) this.weights.show(message);
      this.probabilities = message.probabilities;
      this.showAnswer();
    } else if (message.type === "ended") {
      this.setRunning(false);
      this.showStatus(t(message.finished ? "train.finished" : "train.stopped"));
      say(/** @type {string} */ (this.status.textContent));
    } else if (message.type === "failed") {
      this.setRunning(false);
      this.status.textContent = "";
      this.note.textContent = message.detail;
    }
  }

  /** @param {boolean} running */
  setRunning(running) {
    this.startButton.disabled = running;
    this.stopButton.disabled = !running;
    this.keepButton.disabled = this.started === null;
    this.controls.disable(running);
  }

  showStatus(more = "") {
    if (!this.started) return;
    const { parameters, labels, validation, epochs } = this.started;
    const last = this.rows[this.rows.length - 1];
    const facts = t("train.facts", { parameters: parameters.toLocaleString(), labels: labels.toLocaleString() });
    const progress = last
      ? t("train.progress", { epoch: last.epoch, epochs, error: percent(last.validation_error), validation: validation.toLocaleString() })
      : t("train.begins");
    this.status.textContent = [facts, progress, more].filter(Boolean).join(" ");
  }

  showCurves() {
    const most = this.started?.epochs ?? 20;
    const take = (/** @type {string} */ name) => this.rows.filter((row) => Number.isFinite(row[name])).map((row) => [row.epoch, row[name]]);
    this.errors.show([{ name: t("train.curve.unseen"), kind: "first", points: take("validation_error") }], most);
    this.losses.show([{ name: t("train.curve.seen"), kind: "second", points: take("loss") }], most);
  }

  showAnswer() {
    const shares = this.pad.isEmpty ? null : this.probabilities;
    const classes = this.started?.classes ?? DIGITS;
    this.bars.show(classes, shares);
    const most = shares ? Math.max(...shares) : 0;
    this.verdict.textContent = shares ? classes[shares.indexOf(most)] : "?";
    this.sureness.textContent = shares ? percent(most) : t(this.probabilities ? "draw.empty" : "train.untrained");
  }
}

/** @param {HTMLElement} root */
export async function show(root) {
  const lead = make("h1", { class: "lead" }, t("train.lead"));
  const waiting = make("p", { class: "card", role: "status" }, t("train.opening"));
  root.append(lead, waiting);
  /** @type {any} */
  let offered;
  try {
    offered = await askJson("page/train");
  } catch (error) {
    waiting.textContent = error instanceof Problem ? error.message : String(error);
    return undefined;
  }
  if (offered.obstacle) {
    const command = offered.obstacle === "train" ? "pip install 'sutja[train]'" : "sutja serve --workers 1";
    const text = t(/** @type {any} */ (`train.obstacle.${offered.obstacle}`));
    waiting.replaceWith(make("div", { class: "card" }, make("p", {}, text), make("pre", { tabindex: 0 }, make("code", {}, command))));
    return undefined;
  }
  const view = new TrainView(offered);
  root.replaceChildren(...view.layOut());
  view.pad.replace(EXAMPLES[3].map((stroke) => [...stroke]));
  void follow((message) => view.take(message), view.leaving.signal);
  const repaint = () => view.weights.look && view.weights.show(view.weights.look);
  document.addEventListener("theme", repaint);
  window.addEventListener("resize", repaint);
  return () => {
    view.leaving.abort();
    document.removeEventListener("theme", repaint);
    window.removeEventListener("resize", repaint);
  };
}
