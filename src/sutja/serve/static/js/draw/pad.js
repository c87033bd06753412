// The drawing: strokes by mouse, pen, touch or keyboard, and the 28 × 28 pixels that networks take.

import { fitCanvas, make } from "../dom.js";
import { t } from "../i18n.js";

export const SIDE = 28;
const INK_SIDE = 20; // the digit fits into so many of the pixels, as MNIST has it
const SIZE = 280; // of the drawing, in its own units
const PEN = 20;
const STEP = 8; // of the pen when it is moved by keys

/** @typedef {{ x: number, y: number, width: number }} Point */

export class Pad {
  /** @param {(pixels: Uint8Array) => void} changed called with the pixels after each movement of the pen */
  constructor(changed) {
    this.changed = changed;
    /** @type {Point[][]} */
    this.strokes = [];
    /** @type {Point | null} the pen that is moved by keys */
    this.cursor = null;
    this.drawing = false;
    this.canvas = make("canvas", {
      class: "pad",
      tabindex: 0,
      role: "application",
      "aria-label": t("draw.pad"),
      "aria-describedby": "pad-keys",
    });
    const ink = document.createElement("canvas");
    ink.width = ink.height = SIZE;
    this.ink = /** @type {CanvasRenderingContext2D} */ (ink.getContext("2d", { willReadFrequently: true }));
    this.ink.lineCap = this.ink.lineJoin = "round";
    this.ink.strokeStyle = this.ink.fillStyle = "#fff";
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.canvas.addEventListener(end, () => (this.drawing = false));
    }
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    this.canvas.addEventListener("blur", () => this.hideCursor());
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  clear() {
    this.replace([]);
  }

  undo() {
    this.replace(this.strokes.slice(0, -1));
  }

  /**
   * Show other strokes.
   * @param {Point[][]} strokes
   */
  replace(strokes) {
    this.strokes = strokes;
    this.ink.clearRect(0, 0, SIZE, SIZE);
    for (const stroke of strokes) for (let i = 0; i < stroke.length; i++) this.inkTo(stroke, i);
    this.update();
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.cursor = null;
    this.drawing = true;
    this.strokes.push([]);
    this.add(this.locate(event));
    this.update();
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.drawing) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) this.add(this.locate(one));
    this.update();
  }

  /**
   * @param {PointerEvent} event
   * @returns {Point}
   */
  locate(event) {
    const box = this.canvas.getBoundingClientRect();
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? 0.6 + 0.8 * event.pressure : 1;
    return {
      x: ((event.clientX - box.left) / box.width) * SIZE,
      y: ((event.clientY - box.top) / box.height) * SIZE,
      width: PEN * pressure,
    };
  }

  /** @param {Point} point */
  add(point) {
    const stroke = this.strokes[this.strokes.length - 1];
    stroke.push(point);
    this.inkTo(stroke, stroke.length - 1);
  }

  /**
   * @param {Point[]} stroke
   * @param {number} index
   */
  inkTo(stroke, index) {
    const [from, to] = [stroke[Math.max(0, index - 1)], stroke[index]];
    this.ink.lineWidth = to.width;
    this.ink.beginPath();
    this.ink.moveTo(from.x, from.y);
    this.ink.lineTo(to.x, to.y + (index === 0 ? 0.01 : 0));
    this.ink.stroke();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    /** @type {Record<string, number[]>} */
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (move) this.moveCursor(move[0] * STEP, move[1] * STEP);
    else if (event.key === " " || event.key === "Enter") this.liftOrLower();
    else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else return;
    event.preventDefault();
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  moveCursor(dx, dy) {
    const from = this.cursor ?? { x: SIZE / 2, y: SIZE / 4, width: PEN };
    const clamp = (/** @type {number} */ value) => Math.min(SIZE - PEN, Math.max(PEN, value));
    this.cursor = { x: clamp(from.x + dx), y: clamp(from.y + dy), width: PEN };
    if (this.drawing) this.add(this.cursor);
    this.update();
  }

  liftOrLower() {
    this.cursor ??= { x: SIZE / 2, y: SIZE / 4, width: PEN };
    this.drawing = !this.drawing;
    if (this.drawing) {
      this.strokes.push([]);
      this.add(this.cursor);
    }
    this.update();
  }

  hideCursor() {
    if (this.cursor === null) return;
    this.cursor = null;
    this.drawing = false;
    this.paint();
  }

  update() {
    this.paint();
    this.changed(this.takePixels());
  }

  paint() {
    const context = fitCanvas(this.canvas, SIZE, SIZE);
    context.drawImage(this.ink.canvas, 0, 0);
    if (this.cursor === null) return;
    context.beginPath();
    context.arc(this.cursor.x, this.cursor.y, PEN / 2 + 3, 0, 2 * Math.PI);
    context.lineWidth = 3;
    context.strokeStyle = this.drawing ? "#4fd1c0" : "#ffb47e";
    context.stroke();
  }

  /** The drawing as networks take it: its ink in 20 × 20 pixels, centred by its mass in 28 × 28. */
  takePixels() {
    const { data } = this.ink.getImageData(0, 0, SIZE, SIZE);
    const grey = new Uint8Array(SIZE * SIZE);
    for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i + 3];
    return centre(grey, SIZE);
  }

  /** The drawing as a PNG, dark on light. @returns {Promise<Blob>} */
  toBlob() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.filter = "invert(1)";
    context.drawImage(this.ink.canvas, 0, 0);
    context.filter = "none";
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SIZE, SIZE);
    return new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
    );
  }
}

/**
 * Fit ink into 20 × 20 pixels, and put its centre of mass into the middle of 28 × 28.
 * @param {Uint8Array} grey square picture, 0 for no ink
 * @param {number} size its side
 */
export function centre(grey, size) {
  let [left, right, top, bottom] = [size, -1, size, -1];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (grey[y * size + x] < 32) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  const pixels = new Uint8Array(SIDE * SIDE);
  if (right < 0) return pixels;
  // A dot stays small: much enlarged it would fall apart.
  const scale = Math.min(0.5, INK_SIDE / Math.max(right - left + 1, bottom - top + 1));
  const sums = new Float64Array(SIDE * SIDE);
  // Every pixel of ink is carried to where it belongs, and shared among the pixels there.
  let [mass, massX, massY] = [0, 0, 0];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const value = grey[y * size + x];
      mass += value;
      massX += value * (x + 0.5);
      massY += value * (y + 0.5);
    }
  }
  const [cx, cy] = [massX / mass, massY / mass];
  for (let y = top; y <= bottom; y++) {
    const v = (y + 0.5 - cy) * scale + SIDE / 2 - 0.5;
    for (let x = left; x <= right; x++) {
      const value = grey[y * size + x];
      if (value) splat(sums, (x + 0.5 - cx) * scale + SIDE / 2 - 0.5, v, value);
    }
  }
  for (let i = 0; i < sums.length; i++) pixels[i] = Math.min(255, Math.round(sums[i] * scale * scale));
  return pixels;
}

/**
 * Share a value among the four pixels about a place.
 * @param {Float64Array} sums
 * @param {number} u column
 * @param {number} v row
 * @param {number} value
 */
function splat(sums, u, v, value) {
  const [x, y] = [Math.floor(u), Math.floor(v)];
  const [fx, fy] = [u - x, v - y];
  for (const [dx, dy, part] of [[0, 0, (1 - fx) * (1 - fy)], [1, 0, fx * (1 - fy)], [0, 1, (1 - fx) * fy], [1, 1, fx * fy]]) {
    const [px, py] = [x + dx, y + dy];
    if (px >= 0 && px < SIDE && py >= 0 && py < SIDE) sums[py * SIDE + px] += value * part;
  }
}
