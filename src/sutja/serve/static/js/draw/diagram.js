// A network of dense layers as a drawing: the input's pixels, every neuron, and what passes between them.

import { fitCanvas, make, makeSvg } from "../dom.js";
import { t } from "../i18n.js";
import { drawLarge, findMost, paintValues, readPalette, rgba } from "./colours.js";
import { SIDE } from "./pad.js";

const WIDE = { width: 920, height: 560, picture: 272, first: 440, last: 850 };
const TALL = { width: 400, height: 640, picture: 208, first: 330, last: 600 };
const NARROW = 560; // CSS pixels, below which layers stand below one another
const SHOWN_PIXELS = 90; // strongest paths from pixels
const STRONGEST = 8; // paths through all layers that are drawn strongly
const LEAST = 0.06; // of the strongest: weaker paths are left out

/**
 * @typedef {import("./network.js").Network} Network
 * @typedef {import("./network.js").Answer} Answer
 * @typedef {{ layer: number, unit: number }} Place layer 0 is the first behind the input
 */

export class Diagram {
  /**
   * @param {Network} network
   * @param {(place: Place | null) => void} selected
   */
  constructor(network, selected) {
    this.network = network;
    this.selected = selected;
    this.sizes = network.description.layers.map((layer) => layer.shape[0]);
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.svg = makeSvg("svg", { role: "group", "aria-label": t("draw.diagram") });
    this.element = make("div", { class: "diagram" }, this.canvas, this.svg);
    /** @type {Place | null} */
    this.chosen = null;
    /** @type {Answer | null} */
    this.answer = null;
    this.palette = readPalette();
    this.tall = false;
    this.lay();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.element);
  }

  remove() {
    this.observer.disconnect();
  }

  resize() {
    const tall = this.element.clientWidth < NARROW;
    if (tall !== this.tall) {
      this.tall = tall;
      this.lay();
    }
    this.palette = readPalette();
    this.draw();
  }

  get frame() {
    return this.tall ? TALL : WIDE;
  }

  /**
   * Find where a neuron stands, in the drawing's units.
   * @param {number} layer
   * @param {number} unit
   */
  locate(layer, unit) {
    const { first, last, width, height } = this.frame;
    const count = this.sizes.length;
    const along = count === 1 ? last : first + ((last - first) * layer) / (count - 1);
    const across = this.tall ? width : height;
    const step = Math.min(across / this.sizes[layer], this.tall ? 40 : 52);
    const offset = across / 2 + (unit - (this.sizes[layer] - 1) / 2) * step;
    return this.tall ? { x: offset, y: along, step } : { x: along, y: offset, step };
  }

  /** @param {number} pixel */
  locatePixel(pixel) {
    const { picture, width, height } = this.frame;
    const cell = picture / SIDE;
    const [left, top] = this.tall ? [(width - picture) / 2, 4] : [4, (height - picture) / 2];
    return { x: left + ((pixel % SIDE) + 0.5) * cell, y: top + (Math.floor(pixel / SIDE) + 0.5) * cell };
  }

  /** Make the neurons anew, for the frame at hand. */
  lay() {
    const { width, height } = this.frame;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.element.style.aspectRatio = `${width} / ${height}`;
    this.circles = this.sizes.map((size, layer) =>
      Array.from({ length: size }, (_, unit) => this.makeNeuron(layer, unit)),
    );
    this.svg.replaceChildren(...this.circles.flat().map((circle) => /** @type {Node} */ (circle.parentNode)));
    this.rove(this.chosen ?? { layer: 0, unit: 0 });
  }

  /**
   * @param {number} layer
   * @param {number} unit
   */
  makeNeuron(layer, unit) {
    const { x, y, step } = this.locate(layer, unit);
    const isOutput = layer === this.sizes.length - 1;
    const radius = Math.min(isOutput ? 17 : 12.5, step * 0.43);
    const circle = makeSvg("circle", { cx: x, cy: y, r: radius });
    const place = { layer, unit };
    const group = makeSvg("g", {
      class: isOutput ? "neuron output" : "neuron",
      role: "button",
      tabindex: -1,
      onpointerenter: () => this.choose(place),
      onclick: () => this.choose(place),
      onfocus: () => this.choose(place),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event, place),
    });
    group.append(
      makeSvg("circle", { class: "hit", cx: x, cy: y, r: step * 0.5 }),
      makeSvg("circle", { class: "base", cx: x, cy: y, r: radius }),
      circle,
    );
    if (isOutput) {
      const label = makeSvg("text", { x, y: y + 6 }, this.network.description.classes[unit]);
      group.append(label);
    }
    return circle;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Place} place
   */
  press(event, { layer, unit }) {
    const [back, on, before, after] = this.tall
      ? ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]
      : ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
    const moves = { [back]: [-1, 0], [on]: [1, 0], [before]: [0, -1], [after]: [0, 1] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const next = Math.min(this.sizes.length - 1, Math.max(0, layer + move[0]));
    const place = { layer: next, unit: Math.min(this.sizes[next] - 1, Math.max(0, unit + move[1])) };
    this.rove(place);
    this.find(place)?.focus();
  }

  /** @param {Place} place */
  find({ layer, unit }) {
    return /** @type {SVGGElement | undefined} */ (this.circles?.[layer]?.[unit]?.parentNode);
  }

  /**
   * Let the tab key reach one neuron, and no other.
   * @param {Place} place
   */
  rove(place) {
    for (const circle of this.circles?.flat() ?? []) {
      /** @type {Element} */ (circle.parentNode).setAttribute("tabindex", "-1");
    }
    this.find(place)?.setAttribute("tabindex", "0");
  }

  /** @param {Place | null} place */
  choose(place) {
    if (this.chosen) this.find(this.chosen)?.classList.remove("chosen");
    this.chosen = place;
    if (place) this.find(place)?.classList.add("chosen");
    this.selected(place);
    this.drawPaths();
  }

  /** @param {Answer} answer */
  update(answer) {
    this.answer = answer;
    this.draw();
  }

  draw() {
    if (!this.answer) return;
    this.activations().forEach((values, layer) => {
      const most = layer === this.sizes.length - 1 ? 1 : findMost(values) || 1;
      values.forEach((value, unit) => {
        const circle = this.circles?.[layer][unit];
        circle?.style.setProperty("fill-opacity", String(Math.max(0, value / most)));
        const name = layer === this.sizes.length - 1 ? "draw.output" : "draw.neuron";
        const label = this.network.description.classes[unit];
        /** @type {Element | null} */ (circle?.parentNode ?? null)?.setAttribute(
          "aria-label",
          t(name, { layer: layer + 1, unit: unit + 1, label, value: value.toFixed(2) }),
        );
      });
    });
    const best = this.bestOutput();
    this.circles?.[this.sizes.length - 1].forEach((circle, unit) => {
      /** @type {Element} */ (circle.parentNode).classList.toggle("best", unit === best);
    });
    this.drawPaths();
  }

  /** Activations of each layer behind the input; of the last, the probabilities. @returns {Float32Array[]} */
  activations() {
    if (!this.answer) return [];
    return [...this.answer.layers.slice(1).map((layer) => layer.values), this.answer.probabilities];
  }

  bestOutput() {
    const { probabilities } = /** @type {Answer} */ (this.answer);
    return probabilities.indexOf(Math.max(...probabilities));
  }

  drawPaths() {
    const { width, height, picture } = this.frame;
    const box = this.element.getBoundingClientRect();
    if (!this.answer || box.width === 0) return;
    const context = fitCanvas(this.canvas, box.width, box.height);
    context.scale(box.width / width, box.height / height);
    const corner = this.locatePixel(0);
    const cell = picture / SIDE;
    for (const path of this.findPaths()) this.drawPath(context, path);
    const pixels = Float32Array.from(this.answer.layers[0].values, (value) => value - this.ground());
    const image = paintValues(pixels, SIDE, { ...this.palette, for: this.palette.ink }, 1 / this.network.description.params.std);
    drawLarge(context, image, corner.x - cell / 2, corner.y - cell / 2, picture, picture);
    context.strokeStyle = rgba(this.palette.ink, 0.07);
    context.lineWidth = 0.5;
    for (let i = 0; i <= SIDE; i++) {
      const at = i * cell;
      context.beginPath();
      context.moveTo(corner.x - cell / 2 + at, corner.y - cell / 2);
      context.lineTo(corner.x - cell / 2 + at, corner.y - cell / 2 + picture);
      context.moveTo(corner.x - cell / 2, corner.y - cell / 2 + at);
      context.lineTo(corner.x - cell / 2 + picture, corner.y - cell / 2 + at);
      context.stroke();
    }
  }

  /** Value of a pixel without ink, as the network takes it. */
  ground() {
    const { mean, std } = this.network.description.params;
    return -mean / std;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{ from: { x: number, y: number }, to: { x: number, y: number }, part: number, strong: boolean }} path
   */
  drawPath(context, { from, to, part, strong }) {
    const colour = part < 0 ? this.palette.against : this.palette.for;
    const size = Math.abs(part);
    context.strokeStyle = rgba(colour, strong ? 0.35 + 0.65 * size : 0.05 + 0.4 * size);
    context.lineWidth = strong ? 1 + 3 * size : 0.5 + 1.8 * size;
    context.beginPath();
    context.moveTo(from.x, from.y);
    if (this.tall) context.bezierCurveTo(from.x, (from.y + to.y) / 2, to.x, (from.y + to.y) / 2, to.x, to.y);
    else context.bezierCurveTo((from.x + to.x) / 2, from.y, (from.x + to.x) / 2, to.y, to.x, to.y);
    context.stroke();
  }

  /** The paths to draw: of a chosen neuron, else the strongest ones. */
  findPaths() {
    const answer = /** @type {Answer} */ (this.answer);
    const strong = this.findStrongest();
    const paths = [];
    for (let layer = 0; layer < this.sizes.length; layer++) {
      const weights = /** @type {import("./network.js").Values} */ (this.network.weights[layer].weights);
      const inputs = this.inputsOf(layer, answer);
      const [n, width] = weights.shape;
      const found = [];
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < width; j++) {
          const value = weights.values[i * width + j] * inputs[j];
          if (value !== 0 && this.isShown(layer, i, j)) found.push({ i, j, value });
        }
      }
      const most = findMost(found.map((path) => path.value)) || 1;
      const kept = found.filter((path) => Math.abs(path.value) >= LEAST * most);
      kept.sort((a, b) => Math.abs(a.value) - Math.abs(b.value));
      for (const { i, j, value } of layer === 0 ? kept.slice(-SHOWN_PIXELS) : kept) {
        paths.push({
          from: layer === 0 ? this.locatePixel(j) : this.locate(layer - 1, j),
          to: this.locate(layer, i),
          part: value / most,
          strong: strong.has(`${layer}:${j}:${i}`),
        });
      }
    }
    return paths;
  }

  /**
   * Inputs of a layer; of the first, what differs from paper.
   * @param {number} layer
   * @param {Answer} answer
   */
  inputsOf(layer, answer) {
    const ground = this.ground();
    return layer === 0 ? answer.layers[0].values.map((value) => value - ground) : answer.layers[layer].values;
  }

  /**
   * @param {number} layer
   * @param {number} to
   * @param {number} from
   */
  isShown(layer, to, from) {
    if (!this.chosen) return true;
    return (this.chosen.layer === layer && this.chosen.unit === to) || (this.chosen.layer === layer - 1 && this.chosen.unit === from);
  }

  /** The strongest paths through the hidden layers into the best output, as "layer:from:to". */
  findStrongest() {
    const answer = /** @type {Answer} */ (this.answer);
    /** @type {Set<string>} */
    const strong = new Set();
    if (this.chosen || findMost(answer.layers[0].values.map((value) => value - this.ground())) === 0) return strong;
    let ends = [{ unit: this.bestOutput(), worth: 1, steps: /** @type {string[]} */ ([]) }];
    for (let layer = this.sizes.length - 1; layer > 0; layer--) {
      const weights = /** @type {import("./network.js").Values} */ (this.network.weights[layer].weights);
      const inputs = answer.layers[layer].values;
      const width = weights.shape[1];
      ends = ends.flatMap(({ unit, worth, steps }) =>
        Array.from(inputs, (input, j) => ({
          unit: j,
          worth: worth * weights.values[unit * width + j] * (layer === 1 ? input : Math.sign(input)),
          steps: [...steps, `${layer}:${j}:${unit}`],
        })).filter((end) => end.worth > 0),
      );
      ends.sort((a, b) => b.worth - a.worth);
      ends = ends.slice(0, STRONGEST);
    }
    for (const end of ends) for (const step of end.steps) strong.add(step);
    return strong;
  }
}
