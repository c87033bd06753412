// The weights of the first layer as pictures side by side, as they take shape.

import { decodeBase64 } from "../api.js";
import { fitCanvas, make } from "../dom.js";
import { drawLarge, paintValues, readPalette } from "../draw/colours.js";
import { t } from "../i18n.js";

const GAP = 6;
const LARGEST = 84;
const SMALLEST = 40;

export class Weights {
  constructor() {
    this.canvas = make("canvas", { role: "img", "aria-label": t("train.weights") });
    this.note = make("p", { class: "soft small" }, t("train.weights.none"));
    this.element = make("figure", { class: "weights" }, make("figcaption", {}, t("train.weights")), this.canvas, this.note);
    /** @type {any} */
    this.look = null;
  }

  clear() {
    this.look = null;
    this.canvas.hidden = true;
    this.note.textContent = t("train.weights.none");
  }

  /** @param {any} look a message with weights (M, H, W) in 8 bits, and how many more there are */
  show(look) {
    this.look = look;
    const [count, height, width] = look.weights.shape;
    const values = new Int8Array(decodeBase64(look.weights.data).buffer);
    const whole = this.element.clientWidth || 400;
    const columns = Math.max(1, Math.min(count, Math.floor((whole + GAP) / ((count > 20 ? SMALLEST : LARGEST) + GAP))));
    const side = Math.min(LARGEST, Math.floor((whole + GAP) / columns) - GAP);
    const rows = Math.ceil(count / columns);
    const tall = rows * (side + GAP) - GAP;
    this.canvas.hidden = false;
    this.canvas.style.setProperty("width", `${whole}px`);
    this.canvas.style.setProperty("height", `${tall}px`);
    const context = fitCanvas(this.canvas, whole, tall);
    const palette = readPalette();
    for (let i = 0; i < count; i++) {
      const own = values.subarray(i * height * width, (i + 1) * height * width);
      const [x, y] = [(i % columns) * (side + GAP), Math.floor(i / columns) * (side + GAP)];
      drawLarge(context, paintValues(own, width, palette), x, y, side, side);
    }
    const more = look.hidden ? ` ${t("train.weights.more", { count: look.hidden })}` : "";
    this.note.textContent = t(height < 28 ? "train.weights.maps" : "train.weights.neurons", { count }) + more;
  }
}
