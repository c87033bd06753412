// The choices before a training: era, layers, labels, learning rate, epochs.

import { make } from "../dom.js";
import { t } from "../i18n.js";

const LABELS = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 0]; // 0 for all
const EPOCHS = [5, 10, 20, 50, 100];
const RATES = [-5, -4, -3, -2, -1, 0].flatMap((power) => [1, 2, 3, 4, 5, 7].map((step) => Number(`${step}e${power}`))); // of the slider

/**
 * @typedef {{ name: string, hidden: number[] | null, layers: number, lr: number }} Era
 * @typedef {{ era: string, data: string, labels: number, hidden: number[] | null, lr: number, epochs: number }} Choices
 */

export class Controls {
  /**
   * @param {{ eras: Era[], data: string[], neurons: number }} offered
   */
  constructor({ eras, data, neurons }) {
    this.eras = eras;
    this.neurons = neurons;
    this.era = eras.find(({ name }) => name === "1986") ?? eras[0];
    this.about = make("p", { class: "about soft" });
    this.data = makeSelect("data", data.map((name) => [name, t(/** @type {any} */ (`train.data.${name}`))]), data[data.length - 1]);
    this.labels = makeSelect("labels", LABELS.map((count) => [String(count), count ? count.toLocaleString() : t("train.labels.all")]), "1000");
    this.epochs = makeSelect("epochs", EPOCHS.map((count) => [String(count), String(count)]), "20");
    this.hidden = make("input", { type: "text", id: "train-hidden", inputmode: "numeric", autocomplete: "off" });
    this.hidden.addEventListener("change", () => this.readHidden());
    this.layers = make("div", { class: "field" }, make("label", { for: "train-hidden" }, t("train.hidden")), this.hidden);
    this.lr = make("input", { type: "range", id: "train-lr", min: 0, max: RATES.length - 1, step: 1 });
    this.rate = make("output", { for: "train-lr" });
    this.lr.addEventListener("input", () => this.showRate());
    this.chips = make(
      "fieldset",
      { class: "choice" },
      make("legend", { class: "unseen" }, t("train.era")),
      ...eras.map((era) =>
        make(
          "label",
          {},
          make("input", { type: "radio", name: "era", value: era.name, checked: era === this.era, onchange: () => this.choose(era) }),
          make("span", {}, t(/** @type {any} */ (`era.${era.name}`))),
        ),
      ),
    );
    this.element = make(
      "div",
      { class: "controls" },
      this.chips,
      this.about,
      make(
        "div",
        { class: "fields" },
        makeField("train.data", this.data),
        makeField("train.labels", this.labels),
        this.layers,
        make("div", { class: "field" }, make("label", { for: "train-lr" }, t("train.lr"), " ", this.rate), this.lr),
        makeField("train.epochs", this.epochs),
      ),
    );
    this.choose(this.era);
  }

  /** @param {Era} era */
  choose(era) {
    this.era = era;
    this.about.textContent = t(/** @type {any} */ (`era.about.${era.name}`));
    this.layers.hidden = era.layers === 0;
    this.hidden.value = (era.hidden ?? []).join(", ");
    this.lr.value = String(RATES.findIndex((rate) => rate >= era.lr * 0.999));
    this.showRate();
  }

  get learningRate() {
    return RATES[Number(this.lr.value)];
  }

  showRate() {
    this.rate.textContent = String(this.learningRate);
    this.lr.setAttribute("aria-valuetext", String(this.learningRate));
  }

  /** Read the hidden layers, kept within what the server takes. @returns {number[] | null} */
  readHidden() {
    if (this.era.layers === 0) return null;
    const layers = (this.hidden.value.match(/\d+/g) ?? [])
      .map((text) => Math.min(this.neurons, Math.max(1, Number(text))))
      .slice(0, this.era.layers);
    this.hidden.value = layers.join(", ");
    return layers;
  }

  /** @returns {Choices} */
  read() {
    return {
      era: this.era.name,
      data: this.data.value,
      labels: Number(this.labels.value),
      hidden: this.readHidden(),
      lr: this.learningRate,
      epochs: Number(this.epochs.value),
    };
  }

  /** @param {boolean} disabled */
  disable(disabled) {
    for (const control of this.element.querySelectorAll("input, select")) /** @type {HTMLInputElement} */ (control).disabled = disabled;
  }
}

/**
 * @param {string} name
 * @param {string[][]} options value and text
 * @param {string} chosen
 */
function makeSelect(name, options, chosen) {
  return make("select", { id: `train-${name}` }, ...options.map(([value, text]) => make("option", { value, selected: value === chosen }, text)));
}

/**
 * @param {string} key
 * @param {HTMLElement} control
 */
function makeField(key, control) {
  return make("div", { class: "field" }, make("label", { for: control.id }, t(/** @type {any} */ (key))), control);
}
