// Networks: what each layer answers, computed in the page where the weights are few, else by the server.

import { ask, askJson, decodeBase64 } from "../api.js";

/**
 * @typedef {{ kind: string, activation: string | null, shape: number[] }} LayerShape
 * @typedef {{
 *   name: string, params: { height: number, width: number, channels: number, mean: number, std: number }, classes: string[],
 *   threshold: number, scaling: { scale: number[], shift: number[] }, calibration: [number, number][],
 *   parameters: number, error: number | null, exact: boolean, layers: LayerShape[],
 * }} Description
 * @typedef {{ shape: number[], values: Float32Array }} Values
 * @typedef {{ weights: Values | null, bias: Values | null }} Weights
 * @typedef {{ label: string, confidence: number, accepted: boolean }} Verdict
 * @typedef {{ layers: Values[], probabilities: Float32Array, verdict: Verdict }} Answer
 */

/** Whether the page stands alone, without a server that reads and computes. */
export const isStatic = "static" in document.documentElement.dataset;

/** @returns {Promise<Description[]>} */
export async function listNetworks() {
  return isStatic ? (await fetch("static/data/networks.json")).json() : askJson("page/networks");
}

export class Network {
  /**
   * @param {Description} description
   * @param {Weights[]} weights
   * @param {import("./runtime.js").Runtime | null} [runtime] what computes where no server does
   */
  constructor(description, weights, runtime = null) {
    this.description = description;
    this.weights = weights;
    this.runtime = runtime;
  }

  /**
   * Load a network's weights.
   * @param {Description} description
   */
  static async load(description) {
    /** @type {any[]} */
    const packed = isStatic
      ? /** @type {any} */ (description).weights
      : await askJson(`page/networks/${encodeURIComponent(description.name)}/weights`);
    const runtime = isStatic && !description.exact ? await (await import("./runtime.js")).Runtime.load(description) : null;
    return new Network(
      description,
      packed.map((layer) => ({ weights: unpack(layer.weights), bias: unpack(layer.bias) })),
      runtime,
    );
  }

  /**
   * Answer a drawing: at once where the weights are few, else by the server or, without one, by the runtime.
   * @param {Uint8Array} pixels 28 × 28
   * @returns {Answer | Promise<Answer>}
   */
  run(pixels) {
    if (this.description.exact) return this.compute(pixels);
    return this.runtime ? this.askRuntime(this.runtime, pixels) : this.askServer(pixels);
  }

  /**
   * Compute dense layers with ReLU.
   * @param {Uint8Array} pixels
   * @returns {Answer}
   */
  compute(pixels) {
    const { params, layers } = this.description;
    /** @type {Float32Array} */
    let values = Float32Array.from(pixels, (pixel) => (pixel / 255 - params.mean) / params.std);
    const answers = [{ shape: [1, params.height, params.width], values }];
    this.weights.forEach(({ weights, bias }, place) => {
      if (!weights || !bias) throw new Error("a dense layer without weights");
      values = multiply(weights, bias.values, values, layers[place].activation === "Relu");
      answers.push({ shape: layers[place].shape, values });
    });
    return { layers: answers.slice(0, -1), ...this.judge(values) };
  }

  /**
   * @param {import("./runtime.js").Runtime} runtime
   * @param {Uint8Array} pixels
   * @returns {Promise<Answer>}
   */
  async askRuntime(runtime, pixels) {
    const { inputs, outputs } = await runtime.run(pixels);
    const { params, layers } = this.description;
    const answers = outputs.map((values, i) => ({ shape: layers[i].shape, values }));
    const shape = [inputs.length / (params.height * params.width), params.height, params.width];
    return { layers: [{ shape, values: inputs }, ...answers.slice(0, -1)], ...this.judge(outputs[outputs.length - 1]) };
  }

  /**
   * @param {Uint8Array} pixels
   * @returns {Promise<Answer>}
   */
  async askServer(pixels) {
    const path = `page/networks/${encodeURIComponent(this.description.name)}/run`;
    const response = await ask(path, { method: "POST", body: new Uint8Array(pixels) });
    const found = await response.json();
    const layers = found.layers.map((/** @type {any} */ layer) => {
      const steps = decodeBase64(layer.data);
      const unit = (layer.high - layer.low) / 255;
      return { shape: layer.shape, values: Float32Array.from(steps, (step) => layer.low + step * unit) };
    });
    return { layers, ...this.judge(Float32Array.from(found.logProbs)) };
  }

  /**
   * Make probabilities of a network's outputs, and a verdict as the card says.
   * @param {Float32Array} outputs
   */
  judge(outputs) {
    const { scaling, calibration, threshold, classes } = this.description;
    const { scale, shift } = scaling;
    const logits = Array.from(outputs, (value, i) => {
      const factor = scale.length === 1 ? scale[0] : (scale[i] ?? 1);
      return Math.max(value, -100) * factor + (shift[i] ?? 0);
    });
    const probabilities = Float32Array.from(softmax(logits));
    const best = probabilities.indexOf(Math.max(...probabilities));
    const confidence = calibrate(probabilities[best], calibration);
    return { probabilities, verdict: { label: classes[best], confidence, accepted: confidence >= threshold } };
  }
}

/** @param {{ shape: number[], scale: number | null, data: string } | null} packed */
function unpack(packed) {
  if (packed === null) return null;
  const bytes = decodeBase64(packed.data);
  const { scale } = packed;
  const values =
    scale === null
      ? new Float32Array(bytes.buffer)
      : Float32Array.from(new Int8Array(bytes.buffer), (step) => step * scale);
  return { shape: packed.shape, values };
}

/**
 * @param {Values} weights (N, inputs)
 * @param {Float32Array} bias
 * @param {Float32Array} inputs
 * @param {boolean} rectified
 */
function multiply(weights, bias, inputs, rectified) {
  const [n, width] = weights.shape;
  const outputs = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let sum = bias[i];
    for (let j = 0; j < width; j++) sum += weights.values[i * width + j] * inputs[j];
    outputs[i] = rectified ? Math.max(0, sum) : sum;
  }
  return outputs;
}

/** @param {number[]} logits */
export function softmax(logits) {
  const top = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - top));
  const whole = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / whole);
}

/**
 * Calibrate a raw confidence: piecewise linear in the logit, as the card's points say.
 * @param {number} raw
 * @param {[number, number][]} points
 */
export function calibrate(raw, points) {
  if (points.length === 0) return raw;
  const logit = (/** @type {number} */ p) => {
    const kept = Math.min(Math.max(p, 1e-7), 1 - 1e-7);
    return Math.log(kept / (1 - kept));
  };
  const x = logit(raw);
  const right = points.findIndex(([at]) => logit(at) > x);
  if (right === 0) return points[0][1];
  if (right < 0) return points[points.length - 1][1];
  const [[x0, y0], [x1, y1]] = [points[right - 1], points[right]];
  const part = (x - logit(x0)) / (logit(x1) - logit(x0));
  return y0 + part * (y1 - y0);
}
