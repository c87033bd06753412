// What a neuron looks for: its weights as a picture.

import { fitCanvas, make } from "../dom.js";
import { t } from "../i18n.js";
import { drawLarge, paintValues, readPalette } from "./colours.js";

/**
 * @typedef {import("./network.js").Network} Network
 * @typedef {import("./network.js").Answer} Answer
 * @typedef {import("./network.js").Values} Values
 * @typedef {import("./diagram.js").Place} Place
 */

const SIZE = 168;

export class Inspector {
  constructor() {
    this.canvas = make("canvas", { role: "img", "aria-label": t("inspect.picture") });
    this.title = make("h2");
    this.text = make("p", { class: "soft" });
    this.element = make("div", { class: "inspector" }, this.canvas, make("div", {}, this.title, this.text));
  }

  /**
   * Show a neuron, or a map; none shows the likeliest output.
   * @param {Network} network
   * @param {Answer} answer
   * @param {Place | null} place
   */
  show(network, answer, place) {
    const last = network.weights.length - 1;
    const best = answer.probabilities.indexOf(Math.max(...answer.probabilities));
    const { layer, unit } = place ?? { layer: last, unit: best };
    const isOutput = layer === last;
    const kind = network.description.layers[layer].kind;
    const label = network.description.classes[unit];
    const context = fitCanvas(this.canvas, SIZE, SIZE);
    const picture = findPicture(network, answer, layer, unit);
    this.canvas.hidden = picture === null;
    if (picture) {
      const image = paintValues(picture.values, picture.width, readPalette());
      const scale = SIZE / Math.max(image.width, image.height);
      const [width, height] = [image.width * scale, image.height * scale];
      drawLarge(context, image, (SIZE - width) / 2, (SIZE - height) / 2, width, height);
    }
    this.title.textContent = isOutput
      ? t("inspect.output", { label })
      : t(kind === "dense" ? "inspect.neuron" : "inspect.map", { layer: layer + 1, unit: unit + 1 });
    const through = network.description.exact ? "inspect.through" : "inspect.units";
    const words = isOutput || (layer > 0 && kind === "dense") ? through : "inspect.weights";
    const none = isOutput ? "inspect.other" : "inspect.none";
    this.text.textContent = picture ? t(kind === "convolution" ? "inspect.kernel" : words) : t(none);
  }
}

/**
 * Find the picture of a neuron's weights: to the pixels, where every layer is dense; else its own kernel.
 * @param {Network} network
 * @param {Answer} answer
 * @param {number} layer
 * @param {number} unit
 * @returns {{ values: Float32Array, width: number } | null}
 */
function findPicture(network, answer, layer, unit) {
  const weights = network.weights[layer].weights;
  if (!weights) return null;
  const size = weights.values.length / weights.shape[0];
  const own = weights.values.slice(unit * size, (unit + 1) * size);
  if (weights.shape.length === 4) return tile(own, weights.shape[1], weights.shape[2], weights.shape[3]);
  if (network.description.exact) {
    return { values: followBack(network, answer, layer, own), width: network.description.params.width };
  }
  const before = answer.layers[layer].shape;
  return before.length === 3 && before[0] * before[1] * before[2] === size
    ? tile(own, before[0], before[1], before[2])
    : { values: own, width: findDivisor(size) };
}

/**
 * Find the largest divisor up to the square root: the width of a picture without a rest.
 * @param {number} size
 */
function findDivisor(size) {
  let width = Math.floor(Math.sqrt(size));
  while (size % width) width--;
  return width;
}

/**
 * Follow weights back to the pixels, through the neurons that are active on this drawing.
 * @param {Network} network
 * @param {Answer} answer
 * @param {number} layer
 * @param {Float32Array} values
 */
function followBack(network, answer, layer, values) {
  for (let before = layer - 1; before >= 0; before--) {
    const { shape, values: weights } = /** @type {Values} */ (network.weights[before].weights);
    const active = answer.layers[before + 1].values;
    const sums = new Float32Array(shape[1]);
    for (let i = 0; i < shape[0]; i++) {
      if (active[i] <= 0) continue;
      for (let j = 0; j < shape[1]; j++) sums[j] += values[i] * weights[i * shape[1] + j];
    }
    values = sums;
  }
  return values;
}

/**
 * Tile several small pictures into one.
 * @param {Float32Array} values (count, height, width)
 * @param {number} count
 * @param {number} height
 * @param {number} width
 */
function tile(values, count, height, width) {
  const columns = Math.ceil(Math.sqrt(count));
  const lines = Math.ceil(count / columns);
  const gap = count > 1 ? 1 : 0;
  const whole = columns * (width + gap);
  const tiled = new Float32Array(whole * lines * (height + gap));
  for (let i = 0; i < count; i++) {
    const [left, top] = [(i % columns) * (width + gap), Math.floor(i / columns) * (height + gap)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        tiled[(top + y) * whole + left + x] = values[(i * height + y) * width + x];
      }
    }
  }
  return { values: tiled, width: whole };
}

