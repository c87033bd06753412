// A network of convolutions as a tower: the maps of each layer, as small pictures, one layer below the other.

import { fitCanvas, make, say } from "../dom.js";
import { t } from "../i18n.js";
import { drawLarge, findMost, paintValues, readPalette, rgba } from "./colours.js";

/**
 * @typedef {import("./network.js").Network} Network
 * @typedef {import("./network.js").Answer} Answer
 * @typedef {import("./network.js").Values} Values
 * @typedef {import("./diagram.js").Place} Place
 */

const GAP = 4;
const STRONGEST = 5; // maps that are ringed in the layer before the output

export class Tower {
  /**
   * @param {Network} network
   * @param {(place: Place | null) => void} selected
   */
  constructor(network, selected) {
    this.network = network;
    this.selected = selected;
    /** @type {Place | null} */
    this.chosen = null;
    /** @type {Answer | null} */
    this.answer = null;
    const { layers, params } = network.description;
    const shapes = [[1, params.height, params.width], ...layers.slice(0, -1).map((layer) => layer.shape)];
    this.rows = shapes.map((shape, index) => this.makeRow(shape, index));
    this.element = make("div", { class: "tower" }, ...this.rows.map((row) => row.element));
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
  }

  remove() {
    this.observer.disconnect();
  }

  /**
   * @param {number[]} shape
   * @param {number} index
   */
  makeRow(shape, index) {
    const [count, height = 1, width = 1] = shape;
    const kind = index === 0 ? "input" : this.network.description.layers[index - 1].kind;
    const title = t(/** @type {any} */ (`layer.${kind}`));
    const size = height * width > 1 ? t("layer.maps", { count, height, width }) : t("layer.units", { count });
    const canvas = make("canvas", {
      tabindex: 0,
      role: "group",
      "aria-roledescription": t("layer.map"),
      "aria-label": `${title}: ${size}`,
    });
    const row = { count, height, width, canvas, index, cell: chooseCell(height, index), columns: 1 };
    canvas.addEventListener("pointermove", (event) => this.point(event, row));
    canvas.addEventListener("pointerleave", () => this.choose(null));
    canvas.addEventListener("keydown", (event) => this.press(event, row));
    const caption = make("figcaption", {}, make("strong", {}, title), make("span", { class: "soft" }, size));
    return { ...row, row, element: make("figure", { class: "row" }, caption, make("div", {}, canvas)) };
  }

  /**
   * @param {PointerEvent} event
   * @param {any} row
   */
  point(event, row) {
    const box = row.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / (row.cell + GAP));
    const line = Math.floor((event.clientY - box.top) / (row.cell + GAP));
    const unit = line * row.columns + column;
    this.choose(column < row.columns && unit < row.count ? { layer: row.index - 1, unit } : null);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {any} row
   */
  press(event, row) {
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row.columns, ArrowDown: row.columns };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const here = this.chosen?.layer === row.index - 1 ? this.chosen.unit : -Math.max(move, 1) + (move < 0 ? 1 : 0);
    const unit = Math.min(row.count - 1, Math.max(0, here + move));
    this.choose({ layer: row.index - 1, unit });
    say(t("layer.chosen", { unit: unit + 1, count: row.count }));
  }

  /** @param {Place | null} place */
  choose(place) {
    if (place?.layer === this.chosen?.layer && place?.unit === this.chosen?.unit) return;
    this.chosen = place;
    this.selected(place && place.layer >= 0 ? place : null);
    this.draw();
  }

  /** @param {Answer} answer */
  update(answer) {
    this.answer = answer;
    this.draw();
  }

  draw() {
    if (!this.answer) return;
    const palette = readPalette();
    const strongest = this.findStrongest();
    for (const { row } of this.rows) {
      const width = /** @type {HTMLElement} */ (row.canvas.parentElement).clientWidth;
      row.columns = Math.max(1, Math.min(row.count, Math.floor((width + GAP) / (row.cell + GAP))));
      const lines = Math.ceil(row.count / row.columns);
      const [w, h] = [row.columns * (row.cell + GAP), lines * (row.cell + GAP)];
      row.canvas.style.width = `${w}px`;
      row.canvas.style.height = `${h}px`;
      const context = fitCanvas(row.canvas, w, h);
      this.drawRow(context, row, this.answer.layers[row.index].values, palette);
      if (row.index === this.rows.length - 1) {
        context.lineWidth = 2;
        context.strokeStyle = rgba(palette.for, 1);
        for (const unit of strongest) this.ring(context, row, unit);
      }
      if (this.chosen?.layer === row.index - 1) {
        context.lineWidth = 2.5;
        context.strokeStyle = rgba(palette.ink, 1);
        this.ring(context, row, this.chosen.unit);
      }
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {any} row
   * @param {Float32Array} values
   * @param {import("./colours.js").Palette} palette
   */
  drawRow(context, row, values, palette) {
    const size = row.height * row.width;
    const ground = row.index === 0 ? Math.min(...values) : 0;
    const shown = ground === 0 ? values : values.map((value) => value - ground);
    const colours = row.index === 0 ? { ...palette, for: palette.ink } : palette;
    const most = findMost(shown);
    for (let unit = 0; unit < row.count; unit++) {
      const { x, y } = this.locate(row, unit);
      const image = paintValues(shown.subarray(unit * size, (unit + 1) * size), row.width, colours, most);
      drawLarge(context, image, x, y, row.cell, row.cell);
    }
  }

  /**
   * @param {any} row
   * @param {number} unit
   */
  locate(row, unit) {
    const [column, line] = [unit % row.columns, Math.floor(unit / row.columns)];
    return { x: column * (row.cell + GAP) + GAP / 2, y: line * (row.cell + GAP) + GAP / 2 };
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {any} row
   * @param {number} unit
   */
  ring(context, row, unit) {
    const { x, y } = this.locate(row, unit);
    context.strokeRect(x - 1, y - 1, row.cell + 2, row.cell + 2);
  }

  /** The maps that speak most for the best output, where the output is a sum over the layer before it. */
  findStrongest() {
    const answer = /** @type {Answer} */ (this.answer);
    const weights = this.network.weights[this.network.weights.length - 1].weights;
    const last = answer.layers[answer.layers.length - 1];
    if (!weights || weights.shape[1] !== last.values.length) return [];
    const best = answer.probabilities.indexOf(Math.max(...answer.probabilities));
    const size = last.values.length / last.shape[0];
    const worth = Array.from({ length: last.shape[0] }, (_, unit) => {
      let sum = 0;
      for (let i = unit * size; i < (unit + 1) * size; i++) sum += last.values[i] * weights.values[best * last.values.length + i];
      return { unit, sum };
    });
    worth.sort((a, b) => b.sum - a.sum);
    return worth.slice(0, STRONGEST).filter(({ sum }) => sum > 0).map(({ unit }) => unit);
  }
}

/**
 * @param {number} height
 * @param {number} index
 */
function chooseCell(height, index) {
  if (index === 0) return 112;
  if (height >= 12) return 52;
  if (height >= 5) return 36;
  return height > 1 ? 26 : 16;
}
